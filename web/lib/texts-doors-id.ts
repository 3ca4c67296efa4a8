/** What the page of the doors says, in Indonesian; part of the catalogue in texts-id.ts. */

export const doorsPage = {
  title: 'Pintu',
  lead: 'Keadaan setiap pintu, dan bukaan paksa yang harus dijelaskan oleh petugas pintu.',
  forced: 'Bukaan paksa',
  forcedNone: 'Tidak ada.',
  unclassified: 'Belum dijelaskan',
  uncertain: 'jam pintu belum benar waktu itu',
  explain: 'Jelaskan',
  cause: 'Yang terjadi',
  choose: 'Pilih satu',
  reason: 'Alasan',
  reasonHint: 'Disimpan bersama nama akun Anda. Jangan menulis NIP atau nama orang lain.',
  reasonWrong: 'Tulis alasan, 3 sampai 200 huruf.',
  save: 'Simpan penjelasan',
  question: 'Penjelasan menjadi catatan tetap di jurnal; yang terbaru berlaku.',
  setBack: 'Catatan pintu ini mundur: kartu atau cadangan lama dipasang. Periksa siapa yang melakukannya.',
  confirmSetBack: 'Saya sudah memeriksa',
  setBackQuestion: 'Alarm berakhir. Perintah ini dan akun Anda tercatat di jurnal.',
  setBackReason: 'kartu lama diketahui',
  clockBack:
    'Jam pintu ini lebih lambat daripada waktu yang pernah dilihatnya, jadi tidak dipercaya: hanya yang waktunya tidak dibatasi dapat masuk. Periksa server waktu (NTP) dan siapa yang mengubahnya.',
  confirmClock: 'Jam pintu sekarang benar',
  clockBackQuestion:
    'Hanya bila jam pintu dahulu terlalu cepat. Waktu server menjadi patokan; bila jam pintu memang mundur, alarm tetap menyala. Perintah ini dan akun Anda tercatat di jurnal.',
  clockBackReason: 'jam pintu pernah terlalu cepat',
  listAhead:
    'Pintu menyebut daftar akses yang tidak pernah dibuat: tokennya mungkin dicuri. Server tidak mengikutinya; daftarkan ulang pintu ini.',
  notDone: (reason: string) => `Pintu menolak: ${reason}`,
  officerOnly: 'Hanya petugas pintu yang menjelaskan bukaan paksa.',
}
