// Writes zip archives as an attacker could, too: no name is refused. Invariant: entries are stored, not compressed.
import { crc32 } from 'node:zlib';

/** Packs entries `[name, text]`. */
export function zip(entries) {
  const heads = [];
  const parts = [];
  let offset = 0;
  for (const [name, text] of entries) {
    const [title, bytes] = [Buffer.from(name), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2); // Names are UTF-8.
    common.writeUInt16LE(0x21, 8); // The first day that the format knows.
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(title.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    heads.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, title);
    const part = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, title, bytes]);
    parts.push(part);
    offset += part.length;
  }
  const head = Buffer.concat(heads);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(head.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, head, end]);
}

/** Gives the names and texts of an archive; `unpack` undoes compression. */
export function unzip(bytes, unpack) {
  const files = {};
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const lengths = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const name = bytes.toString('utf8', at + 46, at + 46 + lengths[0]);
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(from, from + packed);
    files[name] = (method === 0 ? data : unpack(data)).toString('utf8');
    at += 46 + lengths.reduce((sum, length) => sum + length, 0);
  }
  return files;
}
