/** What the pages say, in Indonesian: the first language and the measure for every other catalogue. */
import type { ForcedCause } from '../../broker/contract/door.ts'
import type { PersonRole } from '../../broker/contract/people.ts'
import type { AppState, Cause } from '../../broker/contract/states.ts'
import { audit } from './texts-audit-id.ts'
import { desk, explore, home, simulator } from './texts-desk-id.ts'
import { doorsPage } from './texts-doors-id.ts'
import { login, problems } from './texts-login-id.ts'
import { settings } from './texts-settings-id.ts'

const stateName: Record<AppState, string> = {
  new: 'Baru',
  up: 'Normal',
  late: 'Telat',
  degraded: 'Terganggu',
  down: 'Mati',
  maintenance: 'Pemeliharaan',
  unknown: 'Tanpa data',
}

const roleName: Record<PersonRole, string> = {
  wall: 'Layar dinding',
  leader: 'Pimpinan',
  operator: 'Operator',
  technician: 'Teknisi',
  'door-officer': 'Petugas pintu',
  'opd-owner': 'Pemilik OPD',
  administrator: 'Administrator',
  auditor: 'Auditor',
}

const roleMeaning: Record<PersonRole, string> = {
  wall: 'Hanya melihat dinding dan beranda; sesi berlaku 90 hari.',
  leader: 'Melihat keadaan dan riwayat.',
  operator: 'Melihat keadaan dan riwayat; membuka dan mengunci pintu dalam keadaan darurat.',
  technician: 'Melihat keadaan, riwayat, dan metrik.',
  'door-officer': 'Memerintah pintu dan mendaftarkan sidik jari.',
  'opd-owner': 'Melihat aplikasi OPD sendiri saja.',
  administrator: 'Mengatur orang, perangkat, dan token.',
  auditor: 'Melihat semuanya, tidak mengubah apa pun.',
}

const causeName: Record<Cause, string> = {
  registered: 'Terdaftar, belum pernah mengirim detak',
  heartbeat: 'Menurut detaknya',
  reported: 'Dilaporkan oleh aplikasinya sendiri',
  silence: 'Detak berhenti',
  maintenance: 'Pemeliharaan terencana',
  'own-outage': 'Siaga tidak dapat mendengar selama ini',
}

const doorEvents: Readonly<Record<string, string>> = {
  granted: 'Akses diberikan',
  denied: 'Akses ditolak',
  awaiting: 'Menunggu orang kedua',
  opened: 'Pintu terbuka',
  closed: 'Pintu tertutup',
  locked: 'Terkunci',
  unopened: 'Diberi akses, tidak dibuka',
  forced: 'Dibuka paksa',
  'held.soon': 'Pintu belum ditutup',
  held: 'Terlalu lama terbuka',
  exit: 'Tombol keluar ditekan',
  'alarm.raised': 'Alarm',
  'alarm.cleared': 'Alarm selesai',
  lockdown: 'Penguncian darurat',
  command: 'Perintah dari pusat',
  'command.rejected': 'Perintah tidak sah ditolak',
  enrolled: 'Sidik jari didaftarkan',
  'enrol.failed': 'Pendaftaran jari gagal',
  'template.deleted': 'Sidik jari dihapus',
  'template.missing': 'Sidik jari hilang dari sensor',
  'sensor.lost': 'Sensor putus',
  'sensor.ready': 'Sensor siap',
  'sensor.power-cycled': 'Listrik sensor dihidupkan ulang',
  started: 'Agen pintu mulai',
  'clock.fix': 'Jam pintu sudah benar',
  'journal.renewed': 'Catatan pintu dimulai ulang',
  gap: 'Catatan hilang',
}

const denials: Readonly<Record<string, string>> = {
  'not-found': 'Sidik jari tidak dikenal',
  'not-assigned': 'Tidak ditugaskan di sini',
  'not-yet-valid': 'Penugasan belum berlaku',
  expired: 'Penugasan sudah berakhir',
  'clock-unset': 'Ditolak: jam pintu belum benar',
  'no-list': 'Ditolak: daftar akses belum ada',
  'score-low': 'Sidik jari kurang jelas',
  'locked-out': 'Ditolak: pembaca dijeda',
  'outside-schedule': 'Di luar jadwal',
  holiday: 'Ditolak: hari libur',
  lockdown: 'Ditolak: penguncian darurat',
  interlock: 'Ditolak: pintu lain terbuka',
  'escort-needed': 'Tamu harus didampingi',
  passback: 'Baru saja masuk',
  'second-person': 'Menunggu orang kedua',
  'guard-lost': 'Ditolak: penjaga kunci tidak siap',
}

const alarms: Readonly<Record<string, string>> = {
  forced: 'Dibuka paksa',
  held: 'Terlalu lama terbuka',
  'sensor-lost': 'Sensor putus',
  tamper: 'Kotak alat dibuka',
  power: 'Listrik padam',
  fire: 'Dibuka oleh alarm kebakaran',
  attempts: 'Percobaan salah berulang',
  duress: 'Di bawah paksaan',
  'stranger-template': 'Sidik jari asing di sensor',
  'sensor-swapped': 'Sensor diganti',
  'guard-lost': 'Penjaga kunci mati',
  'disk-full': 'Penyimpanan pintu penuh',
  'set-back': 'Catatan pintu mundur',
}

const forcedCause: Record<ForcedCause, string> = {
  'mechanical-key': 'Dibuka dengan kunci',
  'break-in': 'Pembobolan',
  'faulty-contact': 'Kontak pintu rusak',
}

/** Known code as text; an unknown one (a newer door) as it came. */
const or = (names: Readonly<Record<string, string>>) => (code: string) => names[code] ?? code

export const indonesian = {
  brand: 'Siaga',
  center: 'Command Center',
  province: 'Pemerintah Provinsi Kalimantan Barat',
  simulated: 'SIMULASI',
  simulatedTitle: 'Data simulasi, bukan keadaan sebenarnya',
  wib: 'WIB',
  stateName,
  causeName,
  doorEvent: or(doorEvents),
  denial: or(denials),
  alarm: or(alarms),
  forcedCause,
  sentence: {
    down: (name: string) => `${name} mati`,
    degraded: (name: string) => `${name} terganggu`,
    unknown: (name: string) => `${name} tanpa data`,
    other: (name: string, state: string) => `${name}: ${state.toLowerCase()}`,
  },
  more: (count: number) => `+${count} lagi`,
  until: (time: string) => `sampai ${time}`,
  since: (time: string) => `sejak ${time}`,
  lastHeartbeat: (time: string) => `Detak terakhir ${time}`,
  neverHeard: 'Belum pernah mengirim detak',
  today: 'hari ini',
  door: {
    locked: 'Terkunci',
    unlocked: 'Tidak terkunci',
    open: 'Terbuka',
    closed: 'tertutup',
    offline: 'Luring',
    online: 'daring',
    sensorLost: 'Sensor putus',
    clockWrong: 'Jam belum benar',
    entered: (count: string) => `${count} masuk hari ini`,
    waiting: (count: string) => `${count} catatan belum terkirim`,
    noEvents: 'Belum ada kejadian',
    events: 'Kejadian terakhir',
    none: 'Belum ada pintu terdaftar.',
  },
  wall: {
    title: 'Dinding',
    counters: 'Ringkasan keadaan aplikasi',
    applications: 'Aplikasi',
    availability: (apps: string) => `Ketersediaan hari ini, ${apps} aplikasi`,
    availabilityUnknown: 'belum ada',
    added: (count: string) => `${count} baru`,
    perOpd: 'Aplikasi per OPD',
    opdSummary: (opds: string, disturbed: string) => `${opds} OPD, ${disturbed} dengan gangguan`,
    opdCalm: (opds: string) => `${opds} OPD, semua tanpa gangguan`,
    doors: 'Pintu',
    disturbances: 'Gangguan aktif',
    active: (count: string) => `${count} aktif`,
    calm: 'Tidak ada insiden',
    calmSince: (time: string, ago: string) => `Terakhir pulih ${time}, ${ago} lalu`,
    calmDetail: 'Tidak ada aplikasi yang mati, terganggu, atau tanpa data.',
    recovered: 'Baru pulih',
    recoveredNone: 'Belum ada yang pulih hari ini.',
    planned: 'Terjadwal',
    plannedKind: 'pemeliharaan',
    plannedNone: 'Tidak ada pemeliharaan terjadwal.',
    ended: (state: string, lasted: string) => `${state.toLowerCase()} ${lasted}`,
    upkeep: 'PELIHARA',
    sources: 'Umur sumber data',
    ingest: 'Jalur data',
    heartbeat: 'Detak terakhir',
    pulse: 'Server',
    screen: 'Layar',
    build: 'Versi',
    linkName: 'Sambungan',
    linkState: { connecting: 'menyambung', live: 'tersambung', late: 'terlambat', cut: 'terputus' },
    shownIs: (time: string) => `Isi layar adalah keadaan pukul ${time}`,
    cut: 'DATA TERPUTUS',
    cutSince: (time: string) => `Tidak ada kabar dari server sejak ${time}.`,
    cutNever: 'Server belum menjawab.',
    cutIngest: (time: string) => `Server hidup, tetapi data tidak sampai sejak ${time} (broker atau jurnal).`,
    attempt: (attempt: string) => `Menyambung ulang, percobaan ke-${attempt}.`,
    waiting: 'Menunggu server menyambung ulang.',
    connecting: 'Menyambung ke server…',
    empty: 'Belum ada aplikasi terdaftar',
    emptyHow: 'Daftarkan dari berkas CSV atau JSON di server:',
    emptyCommand: 'npm run admin -- apps import aplikasi.csv',
    emptyThen: 'Aplikasi muncul di sini begitu terdaftar, lalu hidup dengan detak pertamanya.',
  },
  desk,
  home,
  explore,
  doorsPage,
  simulator,
  login,
  problems,
  roleName,
  roleMeaning,
  settings,
  audit,
  notFound: { title: 'Halaman tidak ditemukan', back: 'Kembali ke beranda' },
}

export type Texts = typeof indonesian
