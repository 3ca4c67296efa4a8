import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseCsv } from './csv.ts'
import { importApps } from './import.ts'
import { findRegion, regions } from './regions.ts'
import { openRegistry, type Registry } from './registry.ts'

let dataDir: string
let registry: Registry

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'siaga-import-'))
  registry = openRegistry(dataDir)
})

afterEach(() => {
  registry.close()
  rmSync(dataDir, { recursive: true })
})

describe('CSV', () => {
  it('reads back what was quoted, with any delimiter and line break', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r\n', ' ') })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), { minLength: 1 }),
        fc.constantFrom(',', ';'),
        fc.constantFrom('\n', '\r\n'),
        (rows, delimiter, lineBreak) => {
          const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
          const text = [['x', 'y'], ...rows].map((cells) => cells.map(quote).join(delimiter)).join(lineBreak)
          const expected = rows.filter((cells) => cells.some((entry) => entry.trim() !== ''))
          const [, ...body] = parseCsv(text)
          expect(body.map((row) => row.cells)).toEqual(expected)
        },
      ),
      { seed: 3, numRuns: 300 },
    )
  })

  it('counts lines through quoted line breaks', () => {
    expect(parseCsv('id;name\na;"dua\nbaris"\n\nb;"c""d"').map(({ line, cells }) => [line, ...cells])).toEqual([
      [1, 'id', 'name'],
      [2, 'a', 'dua\nbaris'],
      [5, 'b', 'c"d'],
    ])
  })

  it('names the line of a quote that is never closed', () => {
    expect(() => parseCsv('id\n"a')).toThrow('line 2')
  })
})

describe('import of applications', () => {
  it('takes a spreadsheet with BOM, semicolons, quotes and empty cells', () => {
    const csv =
      '\uFEFFid;Name;OPD;region;interval_s;criticality;catatan\r\n' +
      'simrs;"SIMRS; antrean";RSUD dr. Soedarso;Kota Pontianak;30;1;x\r\n' +
      'plbn;Lintas Batas;BPPD;61.03;;;\r\n'
    expect(importApps(registry, csv, 5)).toEqual({
      ok: true,
      added: 2,
      updated: 0,
      unchanged: 0,
      ignoredColumns: ['catatan'],
    })
    expect(registry.apps.list()).toMatchObject([
      { id: 'plbn', region: 'kab-sanggau', intervalS: 60, criticality: 2 },
      { id: 'simrs', name: 'SIMRS; antrean', region: 'kota-pontianak', intervalS: 30, criticality: 1 },
    ])
  })

  it('takes a JSON array, and again without a change', () => {
    const json = JSON.stringify([
      { id: 'simrs', name: 'SIMRS', opd: 'RSUD', intervalS: 10, graceS: 0, simulated: true, region: null },
    ])
    expect(importApps(registry, json, 5)).toMatchObject({ ok: true, added: 1 })
    expect(importApps(registry, json, 6)).toMatchObject({ ok: true, added: 0, unchanged: 1 })
    expect(registry.apps.get('simrs')).toMatchObject({ graceS: 0, simulated: true, registeredMs: 5 })
  })

  it('writes nothing when a row is bad, and names every bad cell', () => {
    const csv = [
      'id,name,opd,intervalS,region,criticality',
      'baik,Baik,BKD,60,,',
      'SIMRS,SIMRS,RSUD,60,,',
      'dua,,BKD,0,atlantis,4',
      'baik,Lagi,BKD,60,,',
      'lima,Lima,BKD,60,6104,',
    ].join('\n')
    const outcome = importApps(registry, csv, 5)
    expect(outcome).toMatchObject({
      ok: false,
      badRows: [
        { line: 3, column: 'id', value: 'SIMRS', reason: 'an id is 1 to 64 of a-z, 0-9 and -' },
        { line: 4, column: 'name', value: '', reason: 'must not be empty' },
        { line: 4, column: 'region', value: 'atlantis' },
        { line: 4, column: 'criticality', value: '4', reason: 'must be 1, 2 or 3' },
        { line: 4, column: 'intervalS', value: '0', reason: 'must be a whole number from 1 to 86400' },
        { line: 5, column: 'id', value: 'baik', reason: 'stands already in line 2' },
        { line: 6, column: 'region', value: '6104' },
      ].toSorted((left, right) => left.line - right.line),
    })
    expect(registry.apps.list()).toEqual([])
  })

  it.each([
    ['', 'the file holds no rows'],
    ['kode,name\nx,y', 'missing: id, opd'],
    ['{"id":"a"}', 'must be a JSON array of objects, one an application'],
    ['[{"id":"a"', 'JSON'],
    ['id,name,opd\na,b,c,d', '4 cells, the header has 3'],
  ])('says what is wrong with %j', (text, reason) => {
    const outcome = importApps(registry, text, 5)
    expect(outcome.ok || outcome.badRows.map((row) => row.reason).join()).toContain(reason)
  })

  it('survives anything', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom('"', ',', '\n', 'id') })),
        (text) => {
          expect(importApps(registry, text, 5).ok).toBeTypeOf('boolean')
        },
      ),
      { seed: 4, numRuns: 300 },
    )
  })
})

describe('regions', () => {
  it('are fourteen, found by id, name with and without its kind, and dotted code', () => {
    expect(regions).toHaveLength(14)
    for (const region of regions) {
      const written = [region.id, region.name, region.kemendagri, region.name.replace(/^\S+ /, '').toUpperCase()]
      expect(written.map((word) => findRegion(word)?.id)).toEqual(written.map(() => region.id))
    }
  })

  it('are not guessed from digits that two numberings read differently', () => {
    expect(findRegion('6104')).toBeUndefined()
    expect(findRegion('6171')?.id).toBe('kota-pontianak')
  })
})
