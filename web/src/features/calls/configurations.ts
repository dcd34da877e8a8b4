/** Often met configurations, offered while typing; any other may be typed. */
export const oftenMetConfigurations: readonly string[] = [
  "1С:Бухгалтерия предприятия 3.0",
  "1С:Зарплата и управление персоналом 3.1",
  "1С:Управление торговлей 11",
  "1С:Комплексная автоматизация 2",
  "1С:ERP Управление предприятием 2",
  "1С:Управление нашей фирмой 3.0",
  "1С:Розница 3.0",
  "1С:Документооборот",
];
