/** What the terminal shows once the monitor listens. */
export function greet(port: number): string {
  return `\n  API Monitor listens on http://localhost:${port}\n\n`;
}
