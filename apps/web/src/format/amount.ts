/** `412 MB`, `3.2 GB`, in powers of 1024 as memory is sold. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '—';
  const mebibytes = bytes / 1024 ** 2;
  if (mebibytes < 1000) return `${Math.round(mebibytes)} MB`;
  return `${(mebibytes / 1024).toFixed(1)} GB`;
}

/** Cores in use: `0.42`. */
export function formatCores(cores: number | null): string {
  return cores === null ? '—' : cores.toFixed(2);
}
