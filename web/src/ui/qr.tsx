/** A QR code drawn as one path, always dark on white: cameras need it so in both colour schemes. */
import QRCode from "qrcode";
import { useMemo } from "react";

const QUIET_MODULES = 2;

export function Qr({ value, label }: { readonly value: string; readonly label: string }) {
  const { path, size } = useMemo(() => {
    const { modules } = QRCode.create(value, { errorCorrectionLevel: "M" });
    const squares: string[] = [];
    for (let row = 0; row < modules.size; row++) {
      for (let column = 0; column < modules.size; column++) if (modules.get(row, column)) squares.push(`M${column} ${row}h1v1h-1z`);
    }
    return { path: squares.join(""), size: modules.size };
  }, [value]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`${-QUIET_MODULES} ${-QUIET_MODULES} ${size + 2 * QUIET_MODULES} ${size + 2 * QUIET_MODULES}`}
      width="100%"
      shapeRendering="crispEdges"
    >
      <rect x={-QUIET_MODULES} y={-QUIET_MODULES} width={size + 2 * QUIET_MODULES} height={size + 2 * QUIET_MODULES} fill="#fff" />
      <path d={path} fill="#111" />
    </svg>
  );
}
