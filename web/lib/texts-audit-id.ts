/** What the audit page says, in Indonesian; part of the catalogue in texts-id.ts. */
import type { AuditAct } from '../../broker/contract/audit.ts'

const acts: Readonly<Record<AuditAct, string>> = {
  'logged in': 'Masuk',
  'password changed': 'Kata sandi diganti',
  'password set by link': 'Kata sandi dipasang lewat tautan',
  'codes set up': 'Kode sekali pakai diaktifkan',
  'codes removed': 'Kode sekali pakai dicabut',
  'recovery codes renewed': 'Kode pemulihan diperbarui',
  'passkey made': 'Passkey ditambah',
  'passkey removed': 'Passkey dicabut',
  'account created': 'Akun dibuat',
  'role changed': 'Peran diubah',
  'account disabled': 'Akun dinonaktifkan',
  'account enabled': 'Akun diaktifkan kembali',
  'account removed': 'Akun dihapus',
  'one-time link issued': 'Tautan sekali pakai dibuat',
  'one-time link ended': 'Tautan sekali pakai diakhiri',
  'sessions ended': 'Sesi diakhiri',
  'provider identity linked': 'Identitas penyedia dihubungkan',
  'provider identity removed': 'Identitas penyedia dilepaskan',
  'identity added': 'Identitas ditambah',
  'token replaced': 'Token diganti',
  'identity revoked': 'Identitas dicabut',
  'enrolment code issued': 'Kode pendaftaran dibuat',
  'device enrolled': 'Perangkat terdaftar',
  'enrolment refused': 'Pendaftaran perangkat ditolak',
  'door command': 'Perintah ke pintu',
  'shell command': 'Perintah di server',
}

export const audit = {
  title: 'Jejak audit',
  noAccounts: 'Peragaan berjalan tanpa akun: halaman ini ada sesudah orang dapat masuk.',
  lead: 'Siapa melakukan apa, kapan, dan dari mana. Catatan hanya dapat ditambah; rantainya diperiksa di server dengan “audit verify”.',
  list: 'Catatan, yang terbaru di atas',
  older: 'Catatan yang lebih lama',
  none: 'Belum ada catatan.',
  loading: 'Memuat…',
  actors: { nobody: 'Belum masuk', shell: 'Konsol server', demo: 'Mode demo' } as Readonly<Record<string, string>>,
  acts,
}
