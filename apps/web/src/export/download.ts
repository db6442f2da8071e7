/** Downloads a file in the browser. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the URL after this task.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function download(name: string, type: string, text: string): void {
  saveFile(name, new Blob([text], { type }));
}

/** A name that every file system accepts: `Aurora Relay` becomes `aurora-relay`. */
export function fileNameOf(...parts: readonly string[]): string {
  const words =
    parts
      .join(' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}.]+/gu) ?? [];
  return words.join('-').slice(0, 120) || 'export';
}
