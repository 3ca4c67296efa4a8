/** Opens one page of the built web in a fresh context, and holds what it must not do: errors, foreign requests. */
import AxeBuilder from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export interface OpenPage {
  page: Page
  /** Uncaught errors and console errors, a refused content security policy among them. */
  errors: string[]
  /** Addresses outside the origin that the page asked for. */
  foreign: string[]
}

export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1920, height: 1080 },
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const errors: string[] = []
  const foreign: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(address).origin) foreign.push(request.url())
  })
  await page.goto(address)
  return { page, errors, foreign }
}

/** What axe finds against WCAG 2.2 A and AA and its best practices: rule and the elements, empty when nothing. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

/**
 * Texts that stick out of their tile, panel or card, and names of tiles that show less than the lines they are given.
 * An ellipsis is no cut: it says that there is more.
 */
export function findCutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const told = (element: Element, high: number, wide: number) =>
      high <= 1 && wide <= 1 ? [] : [`${(element.textContent ?? '').trim().slice(0, 60)}: ${wide} wide, ${high} high`]
    const boxes = [...document.querySelectorAll('.tile, .panel, .card')].flatMap((box) =>
      told(box, box.scrollHeight - box.clientHeight, box.scrollWidth - box.clientWidth),
    )
    const names = [...document.querySelectorAll('.tile h3')].flatMap((name) => {
      const { lineHeight, webkitLineClamp } = getComputedStyle(name)
      const linePx = Number.parseFloat(lineHeight)
      const lines = Math.min(Math.round(name.scrollHeight / linePx), Number(webkitLineClamp))
      const wanted = lines * linePx
      return told(name, wanted - name.clientHeight, name.scrollWidth - name.clientWidth)
    })
    return [...boxes, ...names]
  })
}
