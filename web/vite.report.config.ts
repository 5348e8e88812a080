// Builds the report template: one HTML file that works from disk. Invariant: `dist/report.html` loads nothing, and its
// data placeholder stands in it exactly once.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/** What the command line replaces by the report's JSON, with each `<` written as `\\u003c`. */
const PLACEHOLDER = '"__REPORT__"';

function singleFile(): Plugin {
  return {
    name: 'single-file',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const page = bundle['report.html'];
        if (page?.type !== 'asset') {
          this.error('the report has no page');
        }
        let html = String(page.source);
        for (const [name, part] of Object.entries(bundle)) {
          if (part.type === 'chunk') {
            const code = part.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
            const tag = new RegExp(`<script[^>]*src="[^"]*${name}"[^>]*></script>`);
            html = html
              .replace(tag, '')
              .replace('</body>', () => `<script type="module">${code}</script></body>`);
            delete bundle[name];
          } else if (name.endsWith('.css')) {
            const tag = new RegExp(`<link[^>]*href="[^"]*${name}"[^>]*>`);
            html = html.replace(tag, () => `<style>${String(part.source)}</style>`);
            delete bundle[name];
          }
        }
        if (html.split(PLACEHOLDER).length !== 2) {
          this.error('the report needs its placeholder exactly once');
        }
        page.source = html;
      },
    },
  };
}

export default defineConfig({
  plugins: [svelte(), singleFile()],
  base: './',
  build: {
    target: 'es2022',
    emptyOutDir: false,
    sourcemap: false,
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    rolldownOptions: { input: 'report.html', output: { codeSplitting: false } },
  },
});
