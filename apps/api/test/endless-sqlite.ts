const pageSize = 512;
const levels = 18;
const childrenOfPage = 40;

/**
 * A SQLite file of 10 KB whose schema never ends: each page of its tree refers to the next one forty times
 * (https://www.sqlite.org/fileformat2.html).
 */
export function endlessSqlite(): Buffer {
  const pages = Array.from({ length: levels }, (_, i) => branch(i + 1));
  const file = Buffer.concat([...pages, leaf()]);
  fileHeader(levels + 1).copy(file);
  return file;
}

function fileHeader(pageCount: number): Buffer {
  const header = Buffer.alloc(100);
  header.write('SQLite format 3\0', 'latin1');
  header.writeUInt16BE(pageSize, 16);
  // Both format versions, no reserved bytes, and the fixed payload fractions.
  header.set([1, 1, 0, 64, 32, 32], 18);
  header.writeUInt32BE(pageCount, 28);
  // The schema format, and UTF-8.
  header.writeUInt32BE(4, 44);
  header.writeUInt32BE(1, 56);
  return header;
}

/** The page with this number, whose children are all the next page. */
function branch(number: number): Buffer {
  const page = Buffer.alloc(pageSize);
  const start = number === 1 ? 100 : 0;
  const cellBytes = 5;
  page[start] = 5;
  page.writeUInt16BE(childrenOfPage, start + 3);
  page.writeUInt16BE(pageSize - childrenOfPage * cellBytes, start + 5);
  page.writeUInt32BE(number + 1, start + 8);
  for (let i = 0; i < childrenOfPage; i += 1) {
    const cell = pageSize - (i + 1) * cellBytes;
    page.writeUInt16BE(cell, start + 12 + i * 2);
    page.writeUInt32BE(number + 1, cell);
    page[cell + 4] = 1;
  }
  return page;
}

/** A page with one row of five nulls. */
function leaf(): Buffer {
  const page = Buffer.alloc(pageSize);
  const row = Buffer.from([6, 1, 6, 0, 0, 0, 0, 0]);
  const cell = pageSize - row.length;
  page[0] = 13;
  page.writeUInt16BE(1, 3);
  page.writeUInt16BE(cell, 5);
  page.writeUInt16BE(cell, 8);
  row.copy(page, cell);
  return page;
}
