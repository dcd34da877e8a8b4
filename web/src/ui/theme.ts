/** How Minuta looks, said once. Colours are chosen so that text on them passes WCAG AA in both schemes. */
import {
  createTheme,
  localStorageColorSchemeManager,
  type AlertProps,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from "@mantine/core";

const minuta: MantineColorsTuple = [
  "#eef8f6",
  "#dcefeb",
  "#b3dfd6",
  "#86cec0",
  "#61c0ad",
  "#3fae9a",
  "#1f9783",
  "#0f7d6c",
  "#0a6558",
  "#044e44",
];
const dark: MantineColorsTuple = [
  "#e4e9e9",
  "#c3cacb",
  "#9ba6a8",
  "#6f7b7e",
  "#3f494c",
  "#333c3f",
  "#262e31",
  "#1a2022",
  "#14191b",
  "#0e1213",
];

export const colorSchemeManager = localStorageColorSchemeManager({ key: "minuta.color-scheme" });

export const theme = createTheme({
  primaryColor: "minuta",
  primaryShade: { light: 7, dark: 7 },
  colors: { minuta, dark },
  fontFamily: "'Onest Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  headings: { fontFamily: "'Onest Variable', system-ui, sans-serif", fontWeight: "650", textWrap: "balance" },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "10px", lg: "14px", xl: "20px" },
  cursorType: "pointer",
  components: {
    // Paler than Mantine's own, and the title in the colour of text: both must be readable in both schemes.
    Alert: {
      defaultProps: { radius: "lg" },
      styles: { title: { color: "var(--mantine-color-text)" } },
      vars: (_: unknown, { color = "minuta" }: AlertProps) => ({ root: { "--alert-bg": `var(--minuta-alert-${color})` } }),
    },
    Avatar: { defaultProps: { radius: 1000 } },
    Badge: { defaultProps: { tt: "none", fw: 600 } },
    Button: { defaultProps: { fw: 550 } },
    InputWrapper: { styles: { label: { marginBottom: 2 }, description: { marginBottom: 6 } } },
    // A dialog's head is no landmark of the page.
    Modal: {
      defaultProps: {
        attributes: { header: { role: "none" } },
        centered: true,
        radius: "lg",
        padding: "lg",
        overlayProps: { backgroundOpacity: 0.45 },
        // At once: a fade that was cut short by going to another page was seen to leave its shade over it, and nothing could be clicked.
        transitionProps: { duration: 0 },
      },
      styles: { title: { fontWeight: 650, fontSize: "1.1875rem" } },
    },
    Paper: { defaultProps: { radius: "lg" } },
    Tooltip: { defaultProps: { openDelay: 300 } },
  },
});

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: { "--minuta-page-width": "1080px" },
  light: {
    "--mantine-color-dimmed": "#54605f",
    "--mantine-color-placeholder": "#6b7675",
    "--mantine-color-error": "#c22121",
    "--minuta-page": "#f4f7f6",
    "--minuta-line": "#dfe6e4",
    "--minuta-alert-orange": "#fff6ea",
    "--minuta-alert-red": "#fff1f0",
    "--minuta-alert-gray": "#eef1f1",
    "--minuta-alert-minuta": "#eaf6f3",
    "--minuta-free": "#17935c",
    "--minuta-busy": "#d98a00",
    "--minuta-stop": "#c81e1e",
    "--minuta-stop-hover": "#a91616",
  },
  dark: {
    "--mantine-color-dimmed": "#9ba6a8",
    "--mantine-color-placeholder": "#8d989a",
    "--mantine-color-error": "#ff8f8f",
    "--minuta-page": "#121718",
    "--minuta-line": "#2b3437",
    "--minuta-alert-orange": "#33291b",
    "--minuta-alert-red": "#361f20",
    "--minuta-alert-gray": "#262e31",
    "--minuta-alert-minuta": "#19312d",
    "--minuta-free": "#3ecf8e",
    "--minuta-busy": "#e5a93c",
    "--minuta-stop": "#d12c2c",
    "--minuta-stop-hover": "#b92020",
  },
});
