/** The build this page was compiled from (vite.config.ts); `dev` when none was given. */
declare const __BUILD_ID__: string

declare module '@fontsource-variable/ibm-plex-sans/wdth.css'
