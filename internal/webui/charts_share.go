package webui

// shareBar is a small bar of a part of a whole, 0 to 1, beside a number that says
// the same: it is hidden from who cannot see it.
func shareBar(part float64) drawn {
	d := &drawing{}
	d.b.WriteString(`<svg class="draw draw-share" width="100%" height="8" aria-hidden="true">`)
	d.rect("share", 0, max(part*100, 0.5), 0, 8)
	return drawn{SVG: d.close()}
}
