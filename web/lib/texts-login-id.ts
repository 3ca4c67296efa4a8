/** What the login says, in Indonesian; part of the catalogue in texts-id.ts. */
import type { ProblemName } from '../../broker/contract/problems.ts'

/** What happened, and what to do next. */
export type ProblemText = readonly [what: string, next: string]

export const problems: Readonly<Record<ProblemName, ProblemText>> = {
  'not-logged-in': ['Sesi sudah berakhir', 'Masuk lagi untuk melanjutkan.'],
  'not-allowed': ['Peran Anda tidak mencakup ini', 'Administrator dapat mengubah peran Anda.'],
  'not-accepted': ['Tidak cocok', 'Periksa surel, kata sandi, atau kode, lalu coba lagi.'],
  'code-used': [
    'Kode ini sudah dipakai',
    'Setiap kode berlaku sekali. Tunggu kode berikutnya di aplikasi, paling lama 30 detik.',
  ],
  'code-late': ['Waktu untuk kode sudah habis', 'Masukkan surel dan kata sandi sekali lagi.'],
  'link-ended': [
    'Tautan ini tidak berlaku lagi',
    'Tautan hanya dapat dipakai sekali dan paling lama 24 jam. Minta tautan baru kepada administrator.',
  ],
  'too-many-tries': ['Terlalu banyak percobaan', 'Tunggu sebentar, lalu coba lagi.'],
  busy: ['Server sedang sibuk', 'Banyak orang masuk bersamaan. Coba lagi beberapa detik lagi.'],
  'step-up-needed': ['Bukti kedua diperlukan', 'Masukkan kode dari aplikasi autentikator, atau pakai passkey.'],
  'second-factor-missing': [
    'Bukti kedua belum ada',
    'Aktifkan kode sekali pakai atau tambah passkey di Setelan, bagian Akun saya. Tindakan ini memerlukannya.',
  ],
  'second-factor-due': [
    'Bukti kedua diperlukan lebih dahulu',
    'Aktifkan kode sekali pakai atau tambah passkey di Setelan; setelah itu semua halaman terbuka.',
  ],
  'email-taken': ['Surel ini sudah mempunyai akun', 'Pakai surel lain, atau buat tautan baru untuk akun yang ada.'],
  'standing-wrong': [
    'Peran dan perangkat daerah tidak cocok',
    'Hanya pemilik OPD yang mempunyai OPD, dan ia harus mempunyainya.',
  ],
  'last-administrator': ['Ini administrator terakhir', 'Jadikan orang lain administrator lebih dahulu.'],
  'account-unknown': ['Akun ini tidak ada', 'Muat ulang halaman untuk melihat daftar yang baru.'],
  'own-account': ['Ini akun Anda sendiri', 'Mintalah administrator lain untuk menghapusnya.'],
  'passkey-needed': [
    'Akun ini memakai passkey',
    'Kata sandi Anda benar. Lanjutkan dengan tombol “Masuk dengan passkey”.',
  ],
  'passkey-refused': ['Passkey tidak diterima', 'Mungkin sudah dicabut, atau jawabannya terlambat. Coba sekali lagi.'],
  'passkeys-full': ['Passkey sudah sepuluh', 'Cabut satu yang tidak dipakai lagi, lalu tambah yang baru.'],
  'passkeys-elsewhere': [
    'Passkey tidak berlaku di alamat ini',
    'Buka Siaga lewat alamat resminya; passkey terikat pada alamat itu. Bila tetap tidak bisa, mintalah tautan baru kepada administrator.',
  ],
  'last-factor': [
    'Ini satu-satunya bukti kedua akun Anda',
    'Tambah passkey lain atau aktifkan kode sekali pakai lebih dahulu, lalu cabut yang ini.',
  ],
  'link-needed': [
    'Bukti kedua akun ini sudah dilepas',
    'Hanya sesi yang melepasnya dapat memasang yang baru. Mintalah tautan baru kepada administrator.',
  ],
  'log-in-again': [
    'Masuk lagi lebih dahulu',
    'Ini memerlukan sesi yang baru dimulai. Keluar, masuk lagi, lalu ulangi.',
  ],
  'provider-away': ['Penyedia masuk tidak menjawab', 'Coba lagi nanti, atau masuk dengan kata sandi atau passkey.'],
  'provider-late': ['Waktu untuk masuk sudah habis', 'Mulai lagi dari halaman ini, di peramban yang sama.'],
  'provider-refused': [
    'Masuk tidak dikonfirmasi',
    'Penyedia masuk menolak, atau dibatalkan di sana. Coba sekali lagi.',
  ],
  'access-not-given': [
    'Anda dikenal, tetapi belum diberi akses',
    'Administrator Siaga melihat permintaan Anda di Setelan. Hubungi ia, lalu masuk lagi.',
  ],
  'subject-unknown': ['Identitas ini tidak ada lagi', 'Muat ulang halaman untuk melihat daftar yang baru.'],
  'subject-linked': ['Identitas ini sudah mempunyai akun', 'Lepaskan lebih dahulu, lalu hubungkan lagi.'],
  'identity-exists': ['Identitas ini sudah mempunyai token', 'Ganti tokennya di daftar.'],
  'identity-unknown': ['Identitas ini tidak ada lagi', 'Muat ulang halaman untuk melihat daftar yang baru.'],
  'token-unknown': ['Token ini sudah tidak berlaku', 'Muat ulang halaman untuk melihat daftar yang baru.'],
  'enrolment-refused': ['Kode pendaftaran tidak berlaku', 'Kode dipakai sekali dan berlaku satu jam. Buat kode baru.'],
  'app-unknown': ['Aplikasi ini belum terdaftar', 'Daftarkan aplikasinya lebih dahulu, lalu terbitkan token.'],
  'password-common': [
    'Kata sandi ini mudah ditebak',
    'Ia termasuk yang pertama dicoba orang, atau terbuat dari nama Anda. Pilih satu kalimat pendek.',
  ],
  'password-breached': [
    'Kata sandi ini pernah bocor di tempat lain',
    'Ia ada dalam daftar yang beredar. Pilih kata sandi lain, dan gantilah juga di tempat lain itu.',
  ],
  'password-list-away': [
    'Kata sandi baru belum dapat diperiksa',
    'Daftar kata sandi yang bocor tidak terbaca di server. Hubungi administrator, lalu coba lagi.',
  ],
  'name-missing': ['Nama dan surel harus diisi', 'Administrator pertama belum mempunyai akun.'],
}

/** Of what has no name, by the status of the answer. */
export const problemsByStatus: Readonly<Record<number, ProblemText>> = {
  400: ['Isian tidak diterima', 'Periksa yang diketik, lalu coba lagi.'],
  401: ['Sesi sudah berakhir', 'Masuk lagi untuk melanjutkan.'],
  403: ['Tidak diizinkan', 'Peran atau sesi Anda tidak mencakup ini.'],
  404: ['Tidak ada lagi', 'Muat ulang halaman untuk melihat keadaan sekarang.'],
  409: ['Sekarang tidak dapat dilakukan', 'Muat ulang halaman, lalu coba lagi.'],
  413: ['Isian terlalu panjang', 'Singkatkan, lalu coba lagi.'],
  429: ['Terlalu banyak permintaan', 'Tunggu sebentar, lalu coba lagi.'],
  503: ['Server sedang tidak siap', 'Coba lagi beberapa saat lagi.'],
  504: ['Tidak ada jawaban pada waktunya', 'Periksa keadaannya, lalu coba lagi.'],
}
export const problemRefused: ProblemText = ['Server menolak permintaan ini', 'Muat ulang halaman, lalu coba lagi.']
export const problemBroken: ProblemText = [
  'Server gagal menjawab',
  'Coba lagi. Bila tetap begitu, hubungi administrator: catatan server menyebut sebabnya.',
]

export const login = {
  title: 'Masuk',
  email: 'Surel',
  password: 'Kata sandi',
  showPassword: 'Tampilkan',
  showPasswordLabel: 'Tampilkan kata sandi',
  capsLock: 'Caps Lock menyala',
  enter: 'Masuk',
  withProvider: (name: string) => `Masuk dengan ${name}`,
  withPasskey: 'Masuk dengan passkey',
  passkeyCancelled: [
    'Passkey tidak dipakai',
    'Dibatalkan, atau tidak ada passkey Siaga di perangkat ini. Coba lagi.',
  ] as ProblemText,
  forgotten: 'Lupa kata sandi atau kehilangan telepon? Administrator dapat memberi tautan sekali pakai.',
  codeTitle: 'Kode sekali pakai',
  codeLead: 'Buka aplikasi autentikator di telepon Anda dan ketik enam angkanya.',
  code: 'Kode enam angka',
  recoveryLead: 'Setiap kode pemulihan berlaku sekali. Gunakan bila telepon Anda tidak ada.',
  recovery: 'Kode pemulihan',
  useRecovery: 'Pakai kode pemulihan',
  useApp: 'Pakai aplikasi autentikator',
  confirm: 'Lanjut',
  back: 'Kembali',
  firstTitle: 'Administrator pertama',
  firstLead: 'Siaga belum mempunyai administrator. Tautan ini menjadikan Anda yang pertama.',
  linkTitle: 'Kata sandi baru',
  linkLead: 'Tautan ini berlaku sekali. Setelah kata sandi tersimpan, sesi lama berakhir.',
  name: 'Nama lengkap',
  newPassword: 'Kata sandi baru',
  passwordRule: (least: number) => `Paling sedikit ${least} huruf. Kalimat pendek lebih kuat dan lebih mudah diingat.`,
  passwordShort: (least: number, typed: number) => `Baru ${typed} dari ${least} huruf.`,
  passwordCommon:
    'Mudah ditebak: jangan hanya kata umum, angka berurutan, atau nama instansi. Pilih satu kalimat pendek.',
  save: 'Simpan dan masuk',
  working: 'Memeriksa…',
  waiting: (seconds: number) => `Coba lagi dalam ${seconds} detik`,
  missing: {
    email: 'Ketik surel Anda.',
    password: 'Ketik kata sandi Anda.',
    code: 'Ketik kodenya.',
    name: 'Ketik nama Anda.',
  },
  emailWrong: 'Surel ditulis seperti nama@contoh.go.id.',
  emailLetter: (letter: string) => `Surel tidak dapat memakai “${letter}”: hanya huruf a–z, angka, dan tanda baca.`,
  codeWrong: 'Kode terdiri dari enam angka.',
  recoveryWrong:
    'Kode pemulihan terdiri dari empat bagian berisi enam huruf dan angka, seperti 7K3MX9-Q2ZR8D-4HNVB6-W5TJCE.',
  demoTitle: 'Mode demo',
  demoLead: 'Di sini tidak ada yang perlu masuk: semua data rekaan, dan halaman hanya dapat dibuka dari komputer ini.',
  home: 'Ke beranda',
  center: 'Command Center',
}
