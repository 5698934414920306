// axe-core finds nothing to complain of, in the light and in the dark, wide and narrow; a narrow page does not scroll sideways.
import { axeSource, expect, finish, withPage } from './browser.mjs';

const looksOf = {
  demo: ['light 1280', 'dark 1280', 'light 390'], run: ['dark 390'], hostile: ['dark 390'], empty: ['light 1280'],
  machine: ['light 1280', 'dark 390'], machine_empty: ['light 1280'], comparison: ['light 1280', 'dark 390'], comparison_empty: ['light 1280'],
  demos: ['light 1280', 'dark 390'],
};
for (const [name, looks] of Object.entries(looksOf))
  for (const [colorScheme, width] of looks.map(look => [look.split(' ')[0], Number(look.split(' ')[1])]))
    await withPage(name, { colorScheme, viewport: { width, height: 844 } }, async page => {
      const inner = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(inner <= width, `${name} is ${inner} px wide on a screen of ${width}`);
      await page.evaluate(() => document.querySelectorAll('details').forEach(one => (one.open = true)));
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate(() => axe.run());
      for (const one of violations)
        expect(false, `${name}, ${colorScheme}, ${width} px: ${one.id}: ${one.help}: ${one.nodes.slice(0, 2).map(node => node.html).join(' ')}`);
    });
await finish();
