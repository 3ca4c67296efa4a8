/** Puts the cursor into the first field of what has just come: the step before took it along. */
export function focused(element: HTMLElement): void {
  element.querySelector('input')?.focus()
}
