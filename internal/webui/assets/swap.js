// Links marked data-swap, and GET forms marked so, change the part of the page
// with data-swap-target instead of the whole: scroll and focus stay.

const target = () => document.querySelector('[data-swap-target]')
let running
let swapping = false

async function swap(url, push, enhance) {
  const old = target()
  running?.abort()
  running = new AbortController()
  let answer
  swapping = true
  try {
    answer = await fetch(url, { signal: running.signal, headers: { Accept: 'text/html' } })
  } catch (error) {
    if (error.name !== 'AbortError') {
      swapping = false
      if (push || !old?.hasAttribute('data-follow')) location.assign(url)
    }
    return
  }
  swapping = false
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = page.querySelector('[data-swap-target]')
  if (!answer.ok || answer.redirected || !old || !fresh) return location.assign(url)
  const focus = mark(document.activeElement)
  old.replaceWith(fresh)
  const title = old.hasAttribute('data-follow') && page.querySelector('.title')
  if (title) document.querySelector('.title').replaceWith(title)
  document.title = page.title
  if (push) history.pushState({ swapped: true }, '', url)
  enhance(fresh)
  refocus(focus)
}

// mark remembers what had the focus in a way that finds it in the new part.
function mark(element) {
  if (!element || !target()?.contains(element)) return null
  return { id: element.id, name: element.name, text: element.textContent, href: element.getAttribute('href'), at: element.selectionStart }
}

function refocus(mark) {
  if (!mark) return
  const all = [...target().querySelectorAll('a, button, input, select')]
  const same = all.find((e) => (mark.id && e.id === mark.id) || (mark.name && e.name === mark.name)) ??
    all.find((e) => e.tagName === 'A' && e.textContent === mark.text)
  same?.focus({ preventScroll: true })
  if (same && mark.at != null && same.setSelectionRange) same.setSelectionRange(mark.at, mark.at)
}

// refresh reads the part of the page anew that follows the server, unless a
// swap is under way or somebody marks text or types in it.
export function refresh(enhance) {
  const part = document.querySelector('[data-swap-target][data-follow]')
  const busy = part && (part.contains(document.activeElement?.closest('input, select, textarea')) || !getSelection().isCollapsed)
  if (part && !busy && !swapping) swap(location.href, false, enhance)
}

export function watchSwaps(enhance) {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-swap]')
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !target()) return
    event.preventDefault()
    swap(link.href, true, enhance)
  })
  // The form's own fields change; what else the address says stays, but a list
  // that is filtered anew starts from its beginning.
  const send = (form) => {
    const url = new URL(form.action)
    const says = new URLSearchParams(location.search)
    says.delete('cursor')
    const own = [...form.elements].filter((field) => field.name && field.type !== 'hidden')
    for (const field of own) says.delete(field.name)
    const data = new FormData(form)
    for (const name of new Set(own.map((field) => field.name))) {
      for (const value of data.getAll(name)) if (value !== '') says.append(name, value)
    }
    url.search = says
    swap(url, true, enhance)
  }
  document.addEventListener('submit', (event) => {
    if (!event.target.matches('form[data-swap]') || !target()) return
    event.preventDefault()
    send(event.target)
  })
  let timer
  document.addEventListener('input', (event) => {
    const form = event.target.closest('form[data-swap]')
    if (!form || !target()) return
    clearTimeout(timer)
    timer = setTimeout(() => send(form), 250)
  })
  window.addEventListener('popstate', (event) => {
    if (target()) swap(location.href, false, enhance)
    else if (event.state?.swapped) location.reload()
  })
}
