// The data of the page as a file.
import type { PageData } from './data';
import { button } from './dom';

export function addDownload(host: HTMLElement, data: PageData): void {
  host.classList.add('save');
  button(host, 'Download as JSON', 'Download as JSON', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: 'application/json' }));
    link.download = 'bottleneck.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
