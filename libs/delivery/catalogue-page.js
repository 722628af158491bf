/* global CSS, URLSearchParams, addEventListener, document, history, location */
// Filters the entries as one types. Without this script the page is whole, only longer.
{
  const search = document.querySelector('search');
  const box = search.querySelector('input');
  const status = search.querySelector('[role=status]');
  const link = (id) => document.querySelector(`nav a[href="#${CSS.escape(id)}"]`).parentElement;
  const entries = [...document.querySelectorAll('article')].map((article) => ({
    article,
    parts: [article, link(article.id)],
    text: article.textContent.toLowerCase(),
  }));
  const sections = [...document.querySelectorAll('section')].map((section) => [section, link(section.id)]);

  const show = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { parts, text } of entries) {
      const fits = words.every((word) => text.includes(word));
      if (fits) found += 1;
      for (const part of parts) part.hidden = !fits;
    }
    for (const parts of sections) {
      const empty = !parts[0].querySelector('article:not([hidden])');
      for (const part of parts) part.hidden = empty;
    }
    status.textContent = words.length === 0 ? '' : `${found} of ${entries.length}`;
    const asked = words.length === 0 ? location.pathname : `?q=${encodeURIComponent(box.value)}`;
    history.replaceState(null, '', asked + location.hash);
  };

  /** The entry of that name, else the first that begins so, else the first that is left. */
  const best = () => {
    const name = box.value.trim().toLowerCase();
    const left = entries.map(({ article }) => article).filter(({ hidden }) => !hidden);
    return (
      left.find(({ id }) => id.toLowerCase() === name) ??
      left.find(({ id }) => id.toLowerCase().startsWith(name)) ??
      left[0]
    );
  };

  box.addEventListener('input', show);
  box.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') {
      box.value = '';
      show();
    }
    const entry = key === 'Enter' && best();
    if (entry) {
      location.hash = entry.id;
      entry.querySelector('a').focus();
    }
  });
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || document.activeElement === box) return;
    event.preventDefault();
    box.select();
    box.focus();
  });
  /** An address may name an entry that the search has left out. */
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.closest('[hidden]')) return;
    box.value = '';
    show();
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);

  search.hidden = false;
  box.value = new URLSearchParams(location.search).get('q') ?? '';
  if (box.value) show();
  reveal();
}
