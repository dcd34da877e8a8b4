/** How tables stand in print. */

const rule = "#d3d9e0";
const tint = "#f3f6f7";

/** Boxes side by side on a light ground. */
export const boxed = {
  hLineWidth: () => 0,
  vLineWidth: (index: number, { table }: { table: { widths?: unknown } }) =>
    index > 0 && Array.isArray(table.widths) && index < table.widths.length ? 6 : 0,
  vLineColor: () => "#ffffff",
  fillColor: () => tint,
  paddingLeft: () => 10,
  paddingRight: () => 10,
  paddingTop: () => 8,
  paddingBottom: () => 8,
};
/** A thin rule under each row. */
export const ruled = {
  hLineWidth: (index: number) => (index === 0 ? 0 : 0.5),
  vLineWidth: () => 0,
  hLineColor: () => rule,
  paddingLeft: (index: number) => (index === 0 ? 0 : 8),
  paddingRight: () => 8,
  paddingTop: () => 3,
  paddingBottom: () => 3,
};
export const bare = {
  hLineWidth: () => 0,
  vLineWidth: () => 0,
  paddingLeft: () => 0,
  paddingRight: () => 8,
  paddingTop: () => 2,
  paddingBottom: () => 2,
};
