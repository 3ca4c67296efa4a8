/** What a page tells the document about itself: its canvas (styles/wall.css, styles/desk.css) and its theme. */

export type Canvas = 'wall' | 'desk'
export type Theme = 'dark' | 'light'

/** `?theme=` decides; else the wall is dark (burn-in, dim rooms) and a desk follows its reader. */
export function themeOf(canvas: Canvas, search: string, prefersLight: boolean): Theme {
  const asked = new URLSearchParams(search).get('theme')
  if (asked === 'dark' || asked === 'light') return asked
  return canvas === 'desk' && prefersLight ? 'light' : 'dark'
}

/** Called once while a page is set up; undone when it leaves. */
export function showAs(canvas: Canvas): void {
  $effect(() => {
    const { dataset } = document.documentElement
    dataset['page'] = canvas
    dataset['theme'] = themeOf(canvas, location.search, matchMedia('(prefers-color-scheme: light)').matches)
    return () => delete dataset['page']
  })
}
