// Looks at the page as it is and returns what a person who cannot see it, or not
// well, or who uses a keyboard, would stumble over: one line each.
(() => {
  const faults = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const shown = (e) => {
    if (e.closest('[hidden], [aria-hidden="true"], template, dialog:not([open])')) return false;
    const closed = e.closest('details:not([open])');
    if (closed && !e.closest('summary')) return false;
    const style = getComputedStyle(e);
    return style.display !== 'none' && style.visibility !== 'hidden' && e.getClientRects().length > 0;
  };
  const say = (e, text) => {
    const path = [];
    for (let at = e; at && at !== document.documentElement && path.length < 4; at = at.parentElement) {
      path.unshift(at.tagName.toLowerCase() + (at.id ? '#' + at.id : '') + (at.classList.length ? '.' + [...at.classList].join('.') : ''));
    }
    faults.push(text + ': ' + path.join(' > ') + ' "' + (e.textContent || e.getAttribute('name') || '').trim().replace(/\s+/g, ' ').slice(0, 40) + '"');
  };
  const named = (e) => {
    const by = e.getAttribute('aria-labelledby');
    if (by && by.split(/\s+/).some((id) => document.getElementById(id)?.textContent.trim())) return true;
    if ((e.getAttribute('aria-label') || e.getAttribute('title') || '').trim()) return true;
    const text = (at) => {
      if (at.nodeType === Node.TEXT_NODE) return at.data;
      if (at.nodeType !== Node.ELEMENT_NODE || at.getAttribute('aria-hidden') === 'true') return '';
      if (at.tagName === 'IMG') return at.alt;
      return (at.getAttribute('aria-label') || '') + [...at.childNodes].map(text).join('');
    };
    return text(e).trim() !== '' || (e.tagName === 'INPUT' && e.value !== '');
  };

  if (!document.documentElement.lang) faults.push('the page has no language');
  if (!document.title.trim()) faults.push('the page has no title');
  if (all('main').length !== 1) faults.push('the page has ' + all('main').length + ' main parts');
  const ids = new Map();
  all('[id]').forEach((e) => ids.set(e.id, (ids.get(e.id) || 0) + 1));
  ids.forEach((n, id) => { if (n > 1) faults.push('the id ' + id + ' is there ' + n + ' times'); });
  for (const attribute of ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'headers']) {
    all('[' + attribute + ']').forEach((e) => e.getAttribute(attribute).split(/\s+/).forEach((id) => {
      if (id && !ids.has(id)) say(e, attribute + ' names ' + id + ', which is not there');
    }));
  }

  const headings = all('h1, h2, h3, h4, h5, h6').filter(shown);
  if (headings.filter((h) => h.tagName === 'H1').length !== 1) faults.push('the page has ' + headings.filter((h) => h.tagName === 'H1').length + ' first headings');
  headings.reduce((before, h) => {
    const level = Number(h.tagName[1]);
    if (level > before + 1) say(h, 'a heading skips a level');
    if (!named(h)) say(h, 'a heading is empty');
    return level;
  }, 0);
  const navigations = all('nav').filter(shown);
  if (navigations.length > 1) navigations.forEach((n) => {
    if (!n.hasAttribute('aria-label') && !n.hasAttribute('aria-labelledby')) say(n, 'one of several navigations has no name');
  });
  if (navigations.length > 0 && !all('a[href^="#"]').length) faults.push('there is no link past the navigation');

  all('input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea').filter(shown).forEach((e) => {
    const labels = [...(e.labels || [])].some((l) => l.textContent.trim());
    if (!labels && !(e.getAttribute('aria-label') || '').trim() && !e.getAttribute('aria-labelledby')) say(e, 'a field has no label');
  });
  all('button, a[href], summary, [role=button], [role=link], input[type=submit]').filter(shown).forEach((e) => {
    if (!named(e)) say(e, 'a button or link has no name');
    if (e.tabIndex < 0 && !e.disabled) say(e, 'the keyboard does not reach it');
  });
  all('[tabindex]').forEach((e) => { if (e.tabIndex > 0) say(e, 'a tabindex changes the order'); });
  all('img').forEach((e) => { if (!e.hasAttribute('alt')) say(e, 'an image has no text'); });
  all('svg').filter(shown).forEach((e) => {
    const silent = e.closest('[aria-hidden="true"]') || e.getAttribute('role') === 'presentation';
    const said = e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.querySelector(':scope > title');
    if (!silent && !said && !e.closest('a, button, summary, [aria-label]')) say(e, 'a picture has no text and is not hidden');
  });
  all('table').filter(shown).forEach((t) => {
    const heads = all('th', t);
    if (heads.length === 0) say(t, 'a table has no headers');
    heads.forEach((h) => { if (!named(h)) say(h, 'a header of a table is empty'); });
  });
  all('ul, ol').forEach((l) => [...l.children].forEach((c) => {
    if (!['LI', 'SCRIPT', 'TEMPLATE'].includes(c.tagName)) say(c, 'a list holds something else');
  }));

  // Contrast, computed from the styles: text against the nearest backgrounds below it.
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const paint = canvas.getContext('2d', { willReadFrequently: true });
  const cache = new Map();
  const rgba = (css) => {
    if (!cache.has(css)) {
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = '#000';
      paint.fillStyle = css;
      paint.fillRect(0, 0, 1, 1);
      const d = paint.getImageData(0, 0, 1, 1).data;
      cache.set(css, [d[0], d[1], d[2], d[3] / 255]);
    }
    return cache.get(css);
  };
  const over = (top, below) => {
    const a = top[3] + below[3] * (1 - top[3]);
    return a === 0 ? [0, 0, 0, 0] : [0, 1, 2].map((i) => (top[i] * top[3] + below[i] * below[3] * (1 - top[3])) / a).concat(a);
  };
  const luminance = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (e) => {
    let color = [0, 0, 0, 0];
    for (let at = e; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== 'none' && color[3] < 1) return null;
      color = over(color, rgba(style.backgroundColor));
      if (color[3] >= 0.999) return color;
    }
    return over(color, rgba(matchMedia('(prefers-color-scheme: dark)').matches && getComputedStyle(document.documentElement).colorScheme.includes('dark') ? '#121212' : '#fff'));
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const e = n.parentElement;
    if (!n.data.trim() || seen.has(e) || e.closest('svg, script, style, noscript, [disabled], [aria-disabled="true"]') || !shown(e)) continue;
    seen.add(e);
    const box = e.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue;
    const below = background(e);
    if (!below) continue;
    const style = getComputedStyle(e);
    let opacity = 1;
    for (let at = e; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const own = rgba(style.color);
    const color = over([own[0], own[1], own[2], own[3] * opacity], below);
    const [x, y] = [luminance(color), luminance(below)];
    const ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5) - 0.01) say(e, 'the contrast is ' + ratio.toFixed(2) + ' (' + style.color + ')');
  }

  const width = document.documentElement.scrollWidth;
  if (width > innerWidth + 1) {
    const wide = all('body *').filter((e) => shown(e) && e.getBoundingClientRect().right > innerWidth + 1 &&
      !(function inScroller(at) { for (at = at.parentElement; at; at = at.parentElement) { if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX)) return true; } return false; })(e));
    faults.push('the page is ' + width + ' pixels wide in a window of ' + innerWidth);
    wide.slice(0, 3).forEach((e) => say(e, 'it reaches beyond the window'));
  }
  return faults;
})()
