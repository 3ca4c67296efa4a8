/** The addresses of the pages (design §3.6): the router and every link take them from here. */
export const paths = {
  home: '/',
  wall: '/wall',
  explore: '/explore',
  doors: '/doors',
  simulator: '/simulator',
  login: '/login',
  /** Where a login provider sends people back to. */
  loginReturn: '/login/return',
  settings: '/settings',
  audit: '/audit',
} as const

/** Pages with a link in the head of every page, in this order. */
export const pageNames = ['home', 'wall', 'explore', 'doors', 'simulator', 'settings', 'audit'] as const
export type PageName = (typeof pageNames)[number]

/** The login, from which one comes back to this address. */
export function loginAddress(next: string): string {
  return `${paths.login}?${new URLSearchParams({ next })}`
}

/** Where a second factor is set up or proven before anything else, from which one comes back to this address. */
export function factorAddress(next: string): string {
  return `${paths.settings}?${new URLSearchParams({ next })}`
}

export function isLogin(pathname: string): boolean {
  return pathname === paths.login || pathname === paths.loginReturn
}

/** Where to go after the login: the whole address of the page that was asked for, never of another site. Pure. */
export function nextAfterLogin(search: string, origin: string): string {
  const next = URL.parse(new URLSearchParams(search).get('next') ?? paths.home, origin)
  const isPage = next?.origin === origin && !isLogin(next.pathname)
  // Whole: "/.//other.example" as a path alone would lead to another site.
  return isPage ? next.href : origin + paths.home
}
