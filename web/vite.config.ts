/** How the pages are built: three entries, no inline script, no polyfill, small enough for a slow phone. */
import type { InlineConfig } from 'vite';

/** The loader for other sites: one classic script under a name that never changes. */
export function widgetConfig({ root, outDir }: { root: string; outDir: string }): InlineConfig {
  return {
    configFile: false,
    root,
    publicDir: false,
    logLevel: 'error',
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      rolldownOptions: {
        input: `${root}/widget/widget.ts`,
        output: { format: 'iife', entryFileNames: 'widget.js' },
      },
    },
  };
}

/** Paths are absolute: the pages are built from any folder. */
export function pagesConfig({ root, outDir }: { root: string; outDir: string }): InlineConfig {
  return {
    configFile: false,
    root,
    base: '/',
    publicDir: `${root}/public`,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      // Inlined assets would be `data:` addresses, which the pages' policy forbids.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: {
          chat: `${root}/chat/index.html`,
          secure: `${root}/secure/index.html`,
          desk: `${root}/desk/index.html`,
        },
      },
    },
  };
}
