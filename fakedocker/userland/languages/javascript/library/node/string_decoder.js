// StringDecoder: bytes as text, where a character may be cut in two.
'use strict';

class StringDecoder {
  constructor(encoding = 'utf8') {
    this.encoding = String(encoding).toLowerCase();
    Object.defineProperty(this, 'rest', { value: Buffer.alloc(0), writable: true, enumerable: false });
  }
  write(data) {
    const all = this.rest.length ? Buffer.concat([this.rest, data]) : Buffer.from(data);
    let end = all.length;
    if (this.encoding === 'utf8' || this.encoding === 'utf-8') {
      for (let back = 1; back <= Math.min(3, all.length); back++) {
        const byte = all[all.length - back];
        if (byte >= 0xc0) {
          const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
          if (size > back) end = all.length - back;
          break;
        }
        if (byte < 0x80) break;
      }
    } else if (this.encoding === 'base64') {
      end -= end % 3;
    } else if (this.encoding === 'utf16le' || this.encoding === 'ucs2') {
      end -= end % 2;
    }
    this.rest = all.slice(end);
    return all.toString(this.encoding, 0, end);
  }
  end(data) {
    const text = (data ? this.write(data) : '') + this.rest.toString(this.encoding);
    this.rest = Buffer.alloc(0);
    return text;
  }
}

module.exports = { StringDecoder };
