/** The block that `npm start` prints when everything runs. Pure. */
import { styleText } from 'node:util'
import { seconds } from './wording.ts'

export interface BannerFacts {
  readonly httpUrl: string
  readonly mqttUrl: string
  readonly dataDirectory: string
  /** Applications that had reported when it was printed, of how many. */
  readonly heard: number
  readonly apps: number
  readonly startedInMs: number
  /** Sentences a person must know, such as a port that moved. */
  readonly notes: readonly string[]
}

const LABEL_WIDTH = 18

/** @param colour false for a terminal that shows none */
export function banner(facts: BannerFacts, colour: boolean): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text
  const row = (label: string, english: string, value: string) =>
    `  ${label.padEnd(LABEL_WIDTH)}${style('bold', value)}  ${style('dim', english)}`
  return [
    '',
    `  ${style(['bold', 'green'], 'SIAGA')} ${style('dim', 'peragaan, semua data rekaan / demonstration, all data invented')}`,
    '',
    row('Dinding', 'wall', `${facts.httpUrl}/wall`),
    row('Teknisi', 'technicians', `${facts.httpUrl}/explore`),
    row('Simulator', 'press fingers, break applications', `${facts.httpUrl}/simulator`),
    row('MQTT', 'heartbeats', facts.mqttUrl),
    row('Data', 'and logs/', facts.dataDirectory),
    '',
    `  ${facts.heard} dari ${facts.apps} aplikasi melapor, ${seconds(facts.startedInMs)} detik sejak mulai.`,
    ...facts.notes.map((note) => `  ${note}`),
    `  Berhenti: Ctrl-C ${style('dim', '(stop)')}`,
    '',
    '',
  ].join('\n')
}
