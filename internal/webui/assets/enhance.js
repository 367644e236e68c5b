// What makes pages quicker where scripts run. Each part finds its own marks in
// the page; without this file every page works by links and forms.
import { refresh, watchSwaps } from './swap.js'
import { watchKeys } from './keys.js'

// Copy buttons stay hidden without a script or a clipboard.
function showCopyButtons(root) {
  if (!navigator.clipboard) return
  for (const button of root.querySelectorAll('[data-copy]')) button.hidden = false
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(button.dataset.copy)
  button.classList.add('copied')
  say('Copied')
  setTimeout(() => button.classList.remove('copied'), 1200)
})

// say tells a message to those who hear the page.
export function say(text) {
  const place = document.querySelector('[role=status]')
  if (!place) return
  const line = document.createElement('p')
  line.className = 'hidden'
  line.textContent = text
  place.append(line)
  setTimeout(() => line.remove(), 4000)
}

// The counter of scans follows the server.
function followCounter() {
  const live = document.querySelector('[data-live]')
  if (!live || !window.EventSource) return
  let source, following
  const open = () => {
    source = new EventSource(live.dataset.live)
    source.addEventListener('counts', (event) => {
      const { text, running } = JSON.parse(event.data)
      const words = live.querySelector('[data-live-text]')
      // Lists of scans follow: at once when the counters change, often while
      // something runs, and else from time to time: a quick scan runs unseen.
      if (words && words.textContent !== text) refresh(enhance)
      clearInterval(following)
      following = setInterval(() => refresh(enhance), running ? 3000 : 8000)
      if (words && words.textContent !== text) words.textContent = text
      live.querySelector('.dot')?.classList.toggle('dot-live', running)
    })
  }
  // A page that nobody looks at holds no connection.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return open()
    source?.close()
    clearInterval(following)
  })
  if (!document.hidden) open()
}

// Menus close by a click elsewhere and by Escape.
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details[data-menu][open]')) {
    if (!menu.contains(event.target)) menu.open = false
  }
})

// Dialogs: <a href="..." data-dialog="id"> opens the dialog instead of the page.
document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]')
  const dialog = opener && document.getElementById(opener.dataset.dialog)
  if (!dialog?.showModal) return
  event.preventDefault()
  dialog.showModal()
})

// A form is sent once, however often its button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method !== 'post') return
  if (form.dataset.sent) event.preventDefault()
  form.dataset.sent = 'yes'
})
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent
})

// Fields that only matter with a certain choice: <div data-when="credential=token">.
function showMatching() {
  for (const part of document.querySelectorAll('[data-when]')) {
    const [name, values] = part.dataset.when.split('=')
    const form = part.closest('form')
    const now = form && new FormData(form).get(name)
    part.hidden = !values.split(',').includes(now ?? '')
  }
}
document.addEventListener('change', showMatching)

// Parts of a page with a module of their own: <div data-module="log">.
function loadModules(root) {
  for (const part of root.querySelectorAll('[data-module]')) {
    if (part.dataset.started) continue
    part.dataset.started = 'yes'
    import(`./${part.dataset.module}.js`).then((module) => module.start(part))
  }
}

export function enhance(root) {
  showCopyButtons(root)
  showMatching()
  loadModules(root)
}

watchSwaps(enhance)
watchKeys()
followCounter()
enhance(document)
document.querySelector('[data-fault]')?.focus()
// On phones the tabs scroll: the present one is in sight.
const tabs = document.querySelector('.tabs')
const tab = tabs?.querySelector('[aria-current]')
if (tab) tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.clientWidth) / 2
