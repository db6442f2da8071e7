/** A form with a file, as a client sends it. */
export async function form(
  fields: Record<string, string>,
  text = 'x',
  more: readonly (readonly [string, string])[] = [],
) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append('file', new File([text], 'a.txt'));
  for (const [name, value] of more) data.append(name, value);
  const sent = new Response(data);
  const body = Buffer.from(await sent.arrayBuffer());
  return { body, headers: { 'content-type': sent.headers.get('content-type') ?? '' } };
}
