/** The addresses of the pages (design §3.6): the router and every link take them from here. */
export const paths = { home: '/', wall: '/wall', explore: '/explore', simulator: '/simulator' } as const
