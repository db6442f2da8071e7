import { encode } from 'uqr';

/** A QR code as one SVG path in a square of 100 units, including its quiet zone. */
export interface QrPath {
  d: string;
  transform: string;
}

export const noQr: QrPath = { d: '', transform: '' };

/** Modules without ink around a code, by ISO/IEC 18004. */
const quietModules = 4;

export function qrPath(text: string): QrPath {
  const { data, size } = encode(text, { border: quietModules });
  const d = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return { d, transform: `scale(${100 / size})` };
}
