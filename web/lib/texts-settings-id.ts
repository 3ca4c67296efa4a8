/** What the settings say, in Indonesian; part of the catalogue in texts-id.ts. */

export const settings = {
  title: 'Setelan',
  lead: 'Setiap perubahan berlaku dalam satu detik.',
  working: 'Menyimpan…',
  cancel: 'Batal',
  copy: 'Salin',
  copied: 'Tersalin',
  own: 'Akun saya',
  firstSteps: 'Satu langkah lagi: aktifkan kode sekali pakai.',
  firstStepsWhy: 'Tindakan penting, seperti menambah orang atau mencabut token, memerlukannya.',
  stepUp: {
    title: 'Konfirmasi dengan kode',
    lead: 'Tindakan ini penting. Ketik kode dari aplikasi autentikator Anda; lima menit berikutnya tidak ditanya lagi.',
    code: 'Kode enam angka',
    confirm: 'Konfirmasi',
  },
  factor: {
    title: 'Kode sekali pakai',
    on: 'Aktif. Masuk memerlukan kata sandi dan kode dari telepon Anda.',
    off: 'Belum aktif. Siapa pun yang mengetahui kata sandi Anda dapat masuk.',
    begin: 'Aktifkan',
    password: 'Kata sandi sekarang',
    proceed: 'Lanjut',
    scan: 'Pindai dengan aplikasi autentikator, misalnya FreeOTP, Aegis, atau Google Authenticator.',
    qr: 'Kode QR untuk aplikasi autentikator; isinya sama dengan kunci di bawahnya',
    secret: 'Atau ketik kunci ini',
    code: 'Kode enam angka dari aplikasi',
    confirm: 'Aktifkan',
    recovery: 'Simpan kode pemulihan ini',
    recoveryWhy:
      'Setiap kode dapat menggantikan telepon Anda satu kali. Kode tidak ditampilkan lagi: cetak, atau simpan di pengelola kata sandi.',
    saved: 'Sudah saya simpan',
  },
  password: {
    title: 'Kata sandi',
    change: 'Ganti kata sandi',
    current: 'Kata sandi sekarang',
    next: 'Kata sandi baru',
    save: 'Ganti dan masuk lagi',
    ends: 'Semua sesi Anda berakhir, juga yang ini.',
  },
}
