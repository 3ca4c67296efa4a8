/** CSV after RFC 4180, as spreadsheets really write it: comma or semicolon, quotes, line breaks in quotes, a BOM. */

export interface CsvRow {
  /** Line of the file in which the row begins, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** @throws SyntaxError with the line of a quote that is never closed */
export function parseCsv(text: string): CsvRow[] {
  const source = text.replace(/^\uFEFF/, '')
  return new CsvReader(source, delimiterOf(source)).rows()
}

/** The one of the two that stands more often in the first line: an Indonesian spreadsheet writes semicolons. */
function delimiterOf(source: string): ',' | ';' {
  const header = source.slice(0, source.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '')
  return header.split(';').length > header.split(',').length ? ';' : ','
}

class CsvReader {
  readonly #source: string
  readonly #delimiter: string
  #at = 0
  #line = 1

  constructor(source: string, delimiter: string) {
    this.#source = source
    this.#delimiter = delimiter
  }

  /** Rows in order, without those that hold nothing at all. */
  rows(): CsvRow[] {
    const rows: CsvRow[] = []
    while (this.#at < this.#source.length) {
      const line = this.#line
      const cells = this.#row()
      if (cells.some((cell) => cell.trim() !== '')) rows.push({ line, cells })
    }
    return rows
  }

  #row(): string[] {
    const cells = [this.#cell()]
    while (this.#source[this.#at] === this.#delimiter) {
      this.#at += 1
      cells.push(this.#cell())
    }
    this.#endOfLine()
    return cells
  }

  #cell(): string {
    return this.#source[this.#at] === '"' ? this.#quoted() : this.#bare()
  }

  #bare(): string {
    const start = this.#at
    while (this.#at < this.#source.length && !this.#endsCell(this.#source[this.#at])) this.#at += 1
    return this.#source.slice(start, this.#at)
  }

  #quoted(): string {
    const opened = this.#line
    let cell = ''
    for (;;) {
      const close = this.#source.indexOf('"', this.#at + 1)
      if (close < 0) throw new SyntaxError(`line ${opened}: a quote is opened here and never closed`)
      cell += this.#source.slice(this.#at + 1, close)
      this.#at = close + 1
      if (this.#source[this.#at] !== '"') break
      cell += '"'
    }
    this.#line += cell.match(/\r\n|\n|\r/g)?.length ?? 0
    return cell + this.#bare()
  }

  #endsCell(character: string | undefined): boolean {
    return character === this.#delimiter || character === '\n' || character === '\r'
  }

  #endOfLine(): void {
    if (this.#source[this.#at] === '\r') this.#at += 1
    if (this.#source[this.#at] === '\n') this.#at += 1
    this.#line += 1
  }
}
