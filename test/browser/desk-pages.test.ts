/** The pages at a desk work with a keyboard and a phone, say what is wrong, and axe finds nothing on them. */
import { describe, expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { until } from '../harness/until.ts'
import { type Api, LiveServer } from './live-server.ts'
import { axeFindings, openPage } from './open-page.ts'
import { sampleSnapshot } from './sample-board.ts'

const snapshot = sampleSnapshot(12, Date.now())
const HOUR_MS = 3_600_000
const phone = { viewport: { width: 390, height: 844 } }

function series(query: URLSearchParams): unknown {
  const fromMs = Date.parse(query.get('from') ?? '')
  const rows = Array.from({ length: 30 }, (_, index) => [
    new Date(fromMs + index * 60_000).toISOString(),
    'app-0',
    100 + index,
  ])
  return { store: 'embedded', level: 'minute', columns: ['time', 'app', 'value'], rows }
}

const transitions = {
  before: 'up',
  transitions: [
    {
      id: 0,
      app: 'app-0',
      from: 'up',
      to: 'down',
      cause: 'silence',
      at: new Date(Date.now() - HOUR_MS).toISOString(),
      declaredAt: new Date(Date.now() - HOUR_MS).toISOString(),
      message: '',
    },
  ],
}

/** What the real server answers; `presses` collects the buttons of the simulator. */
function workingApi(presses: string[] = []): Api {
  const simulation = {
    doors: [
      {
        id: 'utama',
        name: 'Pintu utama',
        strike: false,
        open: false,
        fingers: [{ id: 'telunjuk', label: 'Petugas, jari telunjuk', expectation: 'pintu terbuka' }],
      },
    ],
    apps: snapshot.apps.map(({ id, name }) => ({
      id,
      name,
      transport: 'mqtt',
      mode: 'normal',
      address: `siaga/v1/apps/${id}/heartbeat`,
    })),
  }
  return (request, query) => {
    if (request === 'GET /api/v1/status') return { status: 200, body: { apps: snapshot.apps } }
    if (request === 'GET /api/v1/series') return { status: 200, body: series(query) }
    if (request === 'GET /api/v1/transitions') return { status: 200, body: transitions }
    if (request === 'GET /api/v1/simulator') return { status: 200, body: simulation }
    if (request.startsWith('POST /api/v1/simulator/')) {
      presses.push(request)
      return { status: 200, body: {} }
    }
    return undefined
  }
}

async function open(
  path: string,
  { api = workingApi(), ...options }: { api?: Api } & Parameters<typeof openPage>[2] = {},
) {
  const browser = await startBrowser()
  const server = await LiveServer.start({ snapshot, api })
  const opened = await openPage(browser, `${server.url}${path}`, options)
  await opened.page.locator('main').waitFor()
  return { ...opened, server }
}

describe('axe finds nothing, and nobody else is asked for anything', () => {
  test.each(['/', '/explore?app=app-0&range=6h', '/simulator', '/nowhere'])('on %s, light and dark', async (path) => {
    const { page, errors, foreign } = await open(path, { colorScheme: 'light' })
    await page.locator('.link.live').waitFor()
    if (path.startsWith('/explore')) await page.locator('.chart canvas').waitFor()
    if (path === '/simulator') await page.locator('[data-simulated]').first().waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'dark'))
    expect(await axeFindings(page)).toEqual([])
    expect({ errors, foreign }).toEqual({ errors: [], foreign: [] })
  })
})

describe('the demo says so', () => {
  test.each([
    ['with its snapshot', false],
    ['before a snapshot has come', true],
  ])('on every page, %s', async (_, silent) => {
    const browser = await startBrowser()
    const server = await LiveServer.start({ snapshot, api: workingApi(), silent })
    for (const path of ['/', '/explore', '/doors', '/settings', '/audit', '/simulator', '/nowhere']) {
      const { page } = await openPage(browser, `${server.url}${path}`)
      await page.locator('header').getByText('SIMULASI', { exact: true }).waitFor()
      if (!silent) await page.locator('.link.live').waitFor()
      expect(await page.locator('.link.live').count(), path).toBe(silent ? 0 : 1)
      expect(await page.locator('header').getByText('SIMULASI', { exact: true }).count(), path).toBe(1)
    }
  })
})

describe('a phone needs no sideways scrolling', () => {
  test.each(['/', '/explore?app=app-0&range=6h', '/simulator'])('on %s', async (path) => {
    const { page } = await open(path, phone)
    await page.locator('.link.live').waitFor()
    if (path.startsWith('/explore')) await page.locator('.chart canvas').waitFor()
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wider).toBe(0)
  })
})

describe('the technicians’ page', () => {
  test('keeps the question in the address: a chosen application and range survive a reload', async () => {
    const { page } = await open('/explore')
    await page.getByLabel('Aplikasi').fill('app-0')
    await page.getByLabel('Aplikasi').press('Enter')
    await page.getByRole('button', { name: '6 jam' }).click()
    await page.locator('.chart canvas').waitFor()
    expect(page.url()).toContain('app=app-0&range=6h')
    await page.reload()
    await page.locator('.chart canvas').waitFor()
    expect(await page.getByRole('button', { name: '6 jam' }).getAttribute('aria-pressed')).toBe('true')
  })

  test('a drag on the chart asks for that part, and the back button returns', async () => {
    const { page } = await open('/explore?app=app-0&range=6h')
    const over = page.locator('.u-over')
    await over.waitFor()
    const box = await over.boundingBox()
    if (box === null) throw new Error('the chart has no size')
    await page.mouse.move(box.x + 100, box.y + 50)
    await page.mouse.down()
    await page.mouse.move(box.x + 400, box.y + 60, { steps: 5 })
    await page.mouse.up()
    await until('the address holds the own range', () => page.url().includes('range=own'))
    await page.goBack()
    await until('the earlier range is back', async () => {
      const pressed = await page.getByRole('button', { name: '6 jam' }).getAttribute('aria-pressed')
      return pressed === 'true' && page.url().includes('range=6h')
    })
  })

  test('gives the same numbers as a table and as CSV', async () => {
    const { page } = await open('/explore?app=app-0&range=1h')
    await page.getByText(/Tabel latensi/).click()
    await until('the table has all rows', async () => (await page.locator('details tbody tr').count()) === 30)
    const csv = await page.getByRole('link', { name: 'CSV rata-rata' }).getAttribute('href')
    expect(csv).toContain('format=csv')
  })

  test('says in the words of the server what went wrong', async () => {
    const api: Api = (request, query) =>
      request === 'GET /api/v1/series'
        ? { status: 503, body: { title: 'Store away', detail: 'InfluxDB does not answer', status: 503 } }
        : workingApi()(request, query)
    const { page } = await open('/explore?app=app-0', { api })
    await until('the problem is shown', async () =>
      (await page.locator('main').innerText()).includes('InfluxDB does not answer'),
    )
  })
})

describe('the simulator', () => {
  test('presses fingers and modes, and shows the judged state beside', async () => {
    const presses: string[] = []
    const { page } = await open('/simulator', { api: workingApi(presses) })
    await page.getByRole('button', { name: 'Petugas, jari telunjuk' }).click()
    await page.locator('[data-simulated=app-0]').getByRole('button', { name: 'Berhenti' }).click()
    await until('both presses arrived', () => presses.length === 2)
    expect(presses).toEqual([
      'POST /api/v1/simulator/doors/utama/fingers/telunjuk',
      'POST /api/v1/simulator/apps/app-0',
    ])
    expect(await page.locator('[data-simulated=app-0]').innerText()).toContain('Mati')
  })

  test('says that it exists only in the demo', async () => {
    const { page } = await open('/simulator', { api: () => undefined })
    await page.getByText('Simulator hanya ada dalam mode demo').waitFor()
  })
})
