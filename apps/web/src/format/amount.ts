/** `412 MB`, `3.2 GB`, in powers of 1024; an em dash if unknown. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '—';
  const mebibytes = bytes / 1024 ** 2;
  if (mebibytes < 1000) return `${Math.round(mebibytes)} MB`;
  return `${(mebibytes / 1024).toFixed(1)} GB`;
}

/** Cores in use: `0.42`; an em dash if unknown. */
export function formatCores(cores: number | null): string {
  return cores === null ? '—' : cores.toFixed(2);
}
