/** The lines of a door as the agent sees them, whatever drives them. Levels are logical: wiring polarity is a backend's affair. */

export type Level = 0 | 1

/** `contact`: 1 while the door stands open. `exit`: 1 while the exit button is pressed. */
export type InputLine = 'contact' | 'exit'

export interface Edge {
  readonly line: InputLine
  readonly level: Level
}

export interface GpioPort {
  /** 1 releases the door. Synchronous, so that it also works while the process exits. */
  setStrike(level: Level): void
  read(line: InputLine): Level
  /** Calls back at each change of an input; returns how to stop that. */
  onEdge(listener: (edge: Edge) => void): () => void
  /** Ends the backend. It does not touch the strike: its owner relocks first. */
  close(): Promise<void>
}
