/** Step of core.db's schema: when people may enter, in what part, and the rules of a door. Never altered, as all steps. */

/**
 * Joint decree of three ministers (SKB) 1497, 2 and 5 of 2025: national holidays and cuti bersama of 2026. Later years
 * come with `holidays import`.
 */
const holidays2026: readonly (readonly [day: string, name: string, kind: 'national' | 'leave'])[] = [
  ['2026-01-01', 'Tahun Baru 2026 Masehi', 'national'],
  ['2026-01-16', 'Isra Mikraj Nabi Muhammad S.A.W.', 'national'],
  ['2026-02-16', 'Tahun Baru Imlek 2577 Kongzili', 'leave'],
  ['2026-02-17', 'Tahun Baru Imlek 2577 Kongzili', 'national'],
  ['2026-03-18', 'Hari Suci Nyepi (Tahun Baru Saka 1948)', 'leave'],
  ['2026-03-19', 'Hari Suci Nyepi (Tahun Baru Saka 1948)', 'national'],
  ['2026-03-20', 'Idulfitri 1447 Hijriah', 'leave'],
  ['2026-03-21', 'Idulfitri 1447 Hijriah', 'national'],
  ['2026-03-22', 'Idulfitri 1447 Hijriah', 'national'],
  ['2026-03-23', 'Idulfitri 1447 Hijriah', 'leave'],
  ['2026-03-24', 'Idulfitri 1447 Hijriah', 'leave'],
  ['2026-04-03', 'Wafat Yesus Kristus', 'national'],
  ['2026-04-05', 'Kebangkitan Yesus Kristus (Paskah)', 'national'],
  ['2026-05-01', 'Hari Buruh Internasional', 'national'],
  ['2026-05-14', 'Kenaikan Yesus Kristus', 'national'],
  ['2026-05-15', 'Kenaikan Yesus Kristus', 'leave'],
  ['2026-05-27', 'Iduladha 1447 Hijriah', 'national'],
  ['2026-05-28', 'Iduladha 1447 Hijriah', 'leave'],
  ['2026-05-31', 'Hari Raya Waisak 2570 BE', 'national'],
  ['2026-06-01', 'Hari Lahir Pancasila', 'national'],
  ['2026-06-16', '1 Muharam Tahun Baru Islam 1448 Hijriah', 'national'],
  ['2026-08-17', 'Proklamasi Kemerdekaan', 'national'],
  ['2026-08-25', 'Maulid Nabi Muhammad S.A.W.', 'national'],
  ['2026-12-24', 'Kelahiran Yesus Kristus', 'leave'],
  ['2026-12-25', 'Kelahiran Yesus Kristus', 'national'],
]
const SOURCE_2026 = 'SKB 3 Menteri 1497, 2, 5 Tahun 2025'

const rows2026 = holidays2026.map(([day, name, kind]) => `('${day}', '${name}', '${kind}', '${SOURCE_2026}')`)

/** Hours and rules are JSON of the contract's shapes (contract/access-list.ts): a new rule needs no new column. */
export const doorPolicy = `
  CREATE TABLE schedules (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, hours TEXT NOT NULL, on_holidays INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE holidays (
    day TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('national', 'leave')),
    source TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO holidays VALUES ${rows2026.join(', ')};

  CREATE TABLE person_roles (
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('visitor', 'escort', 'lockdown')),
    PRIMARY KEY (person, role)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE door_rules (door TEXT PRIMARY KEY, rules TEXT NOT NULL) STRICT, WITHOUT ROWID;

  ALTER TABLE assignments ADD COLUMN schedule TEXT REFERENCES schedules (id);
  ALTER TABLE assignments ADD COLUMN letter TEXT;
  ALTER TABLE access_lists RENAME COLUMN people TO content;`
