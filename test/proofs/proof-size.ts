/** How long a proof goes on, and from where its random choices come. */
export interface ProofSize {
  readonly numRuns: number
  readonly seed: number
}
