/**
 * The 14 kabupaten and kota of Kalimantan Barat with their Kemendagri codes (Kepmendagri 300.2.2-2138 of 2025) and
 * BPS codes, which number the same places in another order: a bare "6104" is Ketapang to one and Mempawah to the other.
 */

export interface Region {
  readonly id: string
  readonly name: string
  readonly kemendagri: string
  readonly bps: string
}

export const regions: readonly Region[] = [
  { id: 'kab-sambas', name: 'Kab. Sambas', kemendagri: '61.01', bps: '6101' },
  { id: 'kab-mempawah', name: 'Kab. Mempawah', kemendagri: '61.02', bps: '6104' },
  { id: 'kab-sanggau', name: 'Kab. Sanggau', kemendagri: '61.03', bps: '6105' },
  { id: 'kab-ketapang', name: 'Kab. Ketapang', kemendagri: '61.04', bps: '6106' },
  { id: 'kab-sintang', name: 'Kab. Sintang', kemendagri: '61.05', bps: '6107' },
  { id: 'kab-kapuas-hulu', name: 'Kab. Kapuas Hulu', kemendagri: '61.06', bps: '6108' },
  { id: 'kab-bengkayang', name: 'Kab. Bengkayang', kemendagri: '61.07', bps: '6102' },
  { id: 'kab-landak', name: 'Kab. Landak', kemendagri: '61.08', bps: '6103' },
  { id: 'kab-sekadau', name: 'Kab. Sekadau', kemendagri: '61.09', bps: '6109' },
  { id: 'kab-melawi', name: 'Kab. Melawi', kemendagri: '61.10', bps: '6110' },
  { id: 'kab-kayong-utara', name: 'Kab. Kayong Utara', kemendagri: '61.11', bps: '6111' },
  { id: 'kab-kubu-raya', name: 'Kab. Kubu Raya', kemendagri: '61.12', bps: '6112' },
  { id: 'kota-pontianak', name: 'Kota Pontianak', kemendagri: '61.71', bps: '6171' },
  { id: 'kota-singkawang', name: 'Kota Singkawang', kemendagri: '61.72', bps: '6172' },
]

/**
 * The region somebody wrote as id, name (with or without "Kab." or "Kota") or Kemendagri code with its dot.
 * Four digits count only where both numberings agree.
 */
export function findRegion(written: string): Region | undefined {
  const word = slug(written)
  return regions.find((region) => {
    const undotted = region.kemendagri.replace('.', '')
    return (
      region.kemendagri === written.trim() ||
      (undotted === written.trim() && undotted === region.bps) ||
      withoutKind(region.id) === withoutKind(word)
    )
  })
}

function slug(written: string): string {
  return written
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
}

function withoutKind(id: string): string {
  return id.replace(/^(kota|kabupaten|kab)-/, '')
}
