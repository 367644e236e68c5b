// The keyboard: / searches, j and k go through rows, Enter opens one, x selects
// it, u takes back what was just done, e edits, ? lists all this.

const typing = (element) => element?.closest?.('input:not([type=checkbox], [type=radio]), textarea, select, dialog, [contenteditable]')
const rows = () => [...document.querySelectorAll('tbody tr, [data-row]')].filter((row) => row.offsetParent !== null)

function step(by) {
  const all = rows()
  if (!all.length) return
  const now = all.indexOf(current())
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by))]
  for (const row of all) row.classList.remove('at')
  next.classList.add('at')
  next.scrollIntoView({ block: 'nearest' })
  const link = next.querySelector('a[href]')
  link?.focus({ preventScroll: true })
}

// The row that j and k lead to, or the one in which the focus is.
const current = () => document.activeElement?.closest?.('tbody tr, [data-row]') ?? document.querySelector('tr.at, [data-row].at')

const keys = {
  '/': () => document.querySelector('[data-key-focus="/"] input')?.focus(),
  j: () => step(1),
  k: () => step(-1),
  x: () => current()?.querySelector('input[type=checkbox]')?.click(),
  u: () => document.querySelector('[data-flash] form button')?.click(),
  e: () => document.querySelector('[data-key="e"]')?.click(),
  '?': () => document.getElementById('keys')?.showModal?.(),
}

export function watchKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      for (const menu of document.querySelectorAll('details[data-menu][open]')) {
        menu.open = false
        menu.querySelector('summary').focus()
      }
      if (location.hash === '#rail') location.hash = ''
      if (event.target.closest?.('.top-search')) event.target.blur()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
    const act = keys[event.key]
    if (!act) return
    event.preventDefault()
    act()
  })
}
