/** Where the cursor is, for whoever works by keyboard or ear: whatever goes away hands it on, or it falls to the page's start. */

/** Puts it into the first field of what has just come. */
export function focused(element: HTMLElement): void {
  element.querySelector<HTMLElement>('input:not([readonly]), select')?.focus()
}

/** What is around an element and can take the focus, nearest first: asked for before the element goes away. */
export function placesAround(element: Element | null | undefined): HTMLElement[] {
  const place = element?.parentElement?.closest<HTMLElement>('[tabindex="-1"]')
  return place ? [place, ...placesAround(place)] : []
}

/** Hands the focus to the first that takes it, unless something else has it: what came meanwhile may want it more. */
export function handFocus(places: readonly (HTMLElement | null | undefined)[]): void {
  for (const place of places) {
    if (document.activeElement !== document.body) return
    place?.focus({ preventScroll: true })
  }
}
