/** The lines of a door as the agent sees them, whatever drives them. Levels are logical: wiring polarity is a backend's affair. */

export type Level = 0 | 1

export const inputLines = ['contact', 'exit', 'touch', 'fire', 'tamper', 'power', 'interlock'] as const
/**
 * `contact`: 1 while the door stands open. `exit`: 1 while the exit button is pressed. `touch`: 1 while a finger lies
 * on the sensor. `fire`: 1 while the fire panel asks for the door to be released. `tamper`: 1 while a case is open.
 * `power`: 1 while the mains is lost. `interlock`: 1 while the other door of a pair stands open.
 */
export type InputLine = (typeof inputLines)[number]

export interface Edge {
  readonly line: InputLine
  readonly level: Level
}

export const outputLines = ['sensorPower', 'buzzer'] as const
/** `sensorPower`: 1 while the sensor is fed. `buzzer`: 1 while it sounds. */
export type OutputLine = (typeof outputLines)[number]

/** The level of an output from the moment it is had, and again when the agent ends. */
export const restLevels: Readonly<Record<OutputLine, Level>> = { sensorPower: 1, buzzer: 0 }

/** The outputs that the agent drives itself. None of them opens the door. */
export interface OutputPort {
  /** Synchronous; does nothing on a line that is not wired. */
  write(line: OutputLine, level: Level): void
  /** Puts every output to rest and lets go of them. */
  close(): void
}

/** The inputs of a door. The strike is not among them: the strike guard alone holds it. */
export interface GpioPort {
  /** The settled level, bounces left out; 0 for a line that is not wired. */
  read(line: InputLine): Level
  /** Calls back at each change of an input; returns how to stop that. */
  onEdge(listener: (edge: Edge) => void): () => void
  close(): Promise<void>
}

/** The output that releases the door. */
export interface StrikeLine {
  /** 1 releases the door. Synchronous, so that it also works while the process exits. */
  setStrike(level: Level): void
}

/** What the strike guard holds: the strike, and the line of the fire panel where one is wired. */
export interface GuardLines extends StrikeLine {
  /** The wire now; 0 when no fire panel is wired. */
  readFire(): Level
}
