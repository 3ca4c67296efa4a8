/**
 * The sample registry: applications as a province has them, under the names of Pemprov Kalimantan Barat. Nothing here
 * points at a real host: each is played by a server on this machine. `service` is what it does, in words for the wall.
 */
export interface SampleApp {
  readonly id: string
  readonly name: string
  /** At most 14 letters: fits a wall tile. */
  readonly wallName: string
  /** Short name of the OPD (organisasi perangkat daerah) that owns it. */
  readonly opd: string
  readonly service: string
  /** 1 is the most critical, 3 the least. */
  readonly criticality: 1 | 2 | 3
  /** Regency or city it serves; undefined for the whole province. */
  readonly region?: string
}

type Row = readonly [
  id: string,
  name: string,
  wallName: string,
  opd: string,
  service: string,
  criticality: 1 | 2 | 3,
  region?: string,
]

const rows: readonly Row[] = [
  ['portal', 'Portal Kalbarprov', 'Portal Kalbar', 'Diskominfo', 'Situs resmi provinsi', 1],
  ['awdi', 'AWDI, mesin situs OPD', 'AWDI', 'Diskominfo', 'Situs OPD dan berita', 1],
  ['satudata', 'Satu Data Kalbar', 'Satu Data', 'Diskominfo', 'Data terbuka', 2],
  ['datacloud', 'Datacloud Kalbar', 'Datacloud', 'Diskominfo', 'Penyimpanan data', 2],
  ['ppid', 'PPID Utama', 'PPID', 'Diskominfo', 'Informasi publik', 2],
  ['sikedip', 'SIKEDIP', 'SIKEDIP', 'Diskominfo', 'Daftar informasi publik', 3],
  ['layanan', 'Layanan PPID', 'Layanan PPID', 'Diskominfo', 'Permohonan informasi', 3],
  ['csirt', 'KalbarProv-CSIRT', 'CSIRT', 'Diskominfo', 'Peringatan siber', 2],
  ['insiden', 'Lapor Insiden Siber', 'Insiden Siber', 'Diskominfo', 'Tiket insiden siber', 1],
  ['lapor', 'SP4N-LAPOR!', 'SP4N-LAPOR!', 'Diskominfo', 'Aduan masyarakat', 1],
  ['selarasin', 'SELARASIN', 'SELARASIN', 'DPMPTSP', 'Layanan terpadu', 2],
  ['oss', 'OSS-RBA dan SiCantik', 'OSS SiCantik', 'DPMPTSP', 'Perizinan', 1],
  ['eactivity', 'E-Activity', 'E-Activity', 'BKD', 'Aktivitas kerja ASN', 2],
  ['simpeg', 'SIMPEG', 'SIMPEG', 'BKD', 'Data pegawai', 1],
  ['ekinerja', 'e-Kinerja', 'e-Kinerja', 'BKD', 'Sasaran kinerja pegawai', 2],
  ['lms', 'LMS Pelatihan ASN', 'LMS ASN', 'BPSDM', 'Pelatihan daring', 3],
  ['sipd', 'SIPD-RI', 'SIPD-RI', 'Bappeda', 'Perencanaan, penganggaran', 1],
  ['krisna', 'KRISNA', 'KRISNA', 'Bappeda', 'Usulan DAK', 3],
  ['satupeta', 'Satu Peta Kalbar', 'Satu Peta', 'Bappeda', 'Peta tematik', 3],
  ['kom', 'Khatulistiwa One Map', 'One Map', 'Balitbang', 'Geospasial', 3],
  ['simakda', 'SIMAKDA', 'SIMAKDA', 'BKAD', 'Keuangan daerah', 1],
  ['sp2d', 'SP2D Online', 'SP2D Online', 'BKAD', 'Pencairan dana', 1],
  ['simbakda', 'SIMBAKDA', 'SIMBAKDA', 'BKAD', 'Barang milik daerah', 2],
  ['esamsat', 'Info PKB dan e-Samsat', 'e-Samsat', 'Bapenda', 'Pajak kendaraan', 1],
  ['uptppd', 'Situs UPT PPD', 'UPT PPD', 'Bapenda', 'Samsat wilayah', 3, 'kota-pontianak'],
  ['lpse', 'LPSE (SPSE 4)', 'LPSE', 'Biro PBJ', 'Lelang elektronik', 1],
  ['sirup', 'SiRUP', 'SiRUP', 'Biro PBJ', 'Rencana pengadaan', 3],
  ['jdih', 'JDIH Kalbar', 'JDIH', 'Biro Hukum', 'Produk hukum', 3],
  ['rfk', 'e-Monev RFK', 'e-Monev RFK', 'Biro Adpem', 'Realisasi fisik, keuangan', 2],
  ['esakip', 'e-SAKIP', 'e-SAKIP', 'Biro Organisasi', 'Akuntabilitas kinerja', 3],
  ['srikandi', 'SRIKANDI', 'SRIKANDI', 'DPK', 'Naskah dinas', 1],
  ['opac', 'OPAC Perpustakaan', 'OPAC', 'DPK', 'Katalog pustaka', 3],
  ['cempedak', 'CEMPEDAK', 'CEMPEDAK', 'Disperindag ESDM', 'Pengujian mutu', 3],
  ['elapor', 'e-Lapor Bencana', 'Lapor Bencana', 'BPBD', 'Laporan bencana warga', 1],
  ['reddplus', 'REDD+ Kalbar', 'REDD+', 'DLHK', 'Dokumen iklim', 3],
  ['proklim', 'ProKlim Kalbar', 'ProKlim', 'DLHK', 'Kampung iklim', 3],
  ['tbs', 'Info Harga TBS Sawit', 'Harga TBS', 'Disbunnak', 'Harga TBS sawit', 2],
  ['spmb', 'SPMB SMA, SMK, SLB', 'SPMB', 'Dikbud', 'Penerimaan murid', 1],
  ['simrs', 'SIMRS dan antrean daring', 'SIMRS Soedarso', 'RSUD dr. Soedarso', 'Layanan pasien', 1, 'kota-pontianak'],
  ['mysoedarso', 'mySoedarso', 'mySoedarso', 'RSUD dr. Soedarso', 'Kepegawaian RS', 3, 'kota-pontianak'],
  ['sehatlink', 'Sehatlink (LIS PA)', 'Sehatlink', 'RSUD dr. Soedarso', 'Hasil laboratorium', 2, 'kota-pontianak'],
  ['satusehat', 'SATUSEHAT dan ASIK', 'SATUSEHAT', 'Dinkes', 'Pelaporan kesehatan', 2],
  ['siksng', 'SIKS-NG', 'SIKS-NG', 'Dinsos', 'Kesejahteraan sosial', 2],
  ['simfoni', 'SIMFONI-PPA', 'SIMFONI-PPA', 'DP3A', 'Perlindungan perempuan, anak', 2],
  ['siumpar', 'SIUMPAR', 'SIUMPAR', 'DPMD', 'Surat dan disposisi', 3],
  ['siapkerja', 'SIAPkerja dan WLKP', 'SIAPkerja', 'Disnakertrans', 'Ketenagakerjaan', 3],
  ['simkada', 'SIMKADA izin kapal', 'SIMKADA', 'DKP', 'Izin kapal', 2],
  ['visitkalbar', 'Visit Kalbar', 'Visit Kalbar', 'Disporapar', 'Pariwisata', 3],
  ['odsukm', 'ODS-UKM', 'ODS-UKM', 'Diskop UKM', 'Data usaha kecil', 3],
  ['hargapangan', 'Panel Harga Pangan', 'Harga Pangan', 'Disketapang', 'Harga pangan harian', 2],
  ['sijk', 'SIJK Jalan Provinsi', 'SIJK Jalan', 'PUPR', 'Jalan provinsi', 3],
  ['ertlh', 'e-RTLH', 'e-RTLH', 'Perkim', 'Rumah tidak layak huni', 3],
  ['etrantibum', 'e-Trantibum', 'e-Trantibum', 'Satpol PP', 'Ketertiban umum', 2],
  ['siola', 'SIOLA Ormas', 'SIOLA', 'Kesbangpol', 'Pendaftaran ormas', 3],
  ['siak', 'SIAK Terpusat', 'SIAK', 'Disdukcapil', 'Kependudukan', 1],
  ['andalalin', 'e-Andalalin', 'e-Andalalin', 'Dishub', 'Dampak lalu lintas', 3],
  ['wbs', 'WBS dan tindak lanjut LHP', 'WBS', 'Inspektorat', 'Pengawasan', 2],
  ['aspirasi', 'Risalah dan aspirasi DPRD', 'Aspirasi DPRD', 'Setwan', 'Risalah, aspirasi', 3],
  ['plbn', 'Data lintas batas PLBN', 'Lintas Batas', 'BPPD', 'Lintas batas negara', 2, 'sanggau'],
  ['simrsj', 'SIMRS Rumah Sakit Jiwa', 'SIMRS RSJ', 'RSJ Prov', 'Layanan pasien', 1, 'kota-singkawang'],
  ['klinikpadi', 'Klinik Padi', 'Klinik Padi', 'Distan TPH', 'Hama dan penyakit padi', 3],
]

export const sampleApps: readonly SampleApp[] = rows.map(([id, name, wallName, opd, service, criticality, region]) => ({
  id,
  name,
  wallName,
  opd,
  service,
  criticality,
  ...(region ? { region } : {}),
}))
