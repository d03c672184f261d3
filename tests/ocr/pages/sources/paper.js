// <seal> draws a round stamp; .pen sets each sign a little apart, as a hand does.
let seed = 7; const rnd = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - .5;
document.querySelectorAll('seal').forEach(s => {
  const r = +(s.dataset.r || 75), n = s.dataset.text, id = 'p' + Math.abs(Math.round(rnd() * 1e9));
  const span = Math.min(300, n.length * 21) * Math.PI / 180, a = Math.PI * 1.5 - span / 2, b = a + span, q = r * .74;
  const p = t => `${r + q * Math.cos(t)} ${r + q * Math.sin(t)}`;
  const star = [...Array(10)].map((_, i) => { const t = -Math.PI / 2 + i * Math.PI / 5, k = r * (i % 2 ? .11 : .28);
    return `${r + k * Math.cos(t)},${r + k * Math.sin(t)}`; }).join(' ');
  s.innerHTML = `<svg width="${2 * r}" height="${2 * r}" style="transform:rotate(${s.dataset.turn || -8}deg)">
   <circle cx="${r}" cy="${r}" r="${r - 3}" fill="none" stroke="#d2232a" stroke-width="3.5"/>
   <path id="${id}" d="M${p(a)} A${q} ${q} 0 ${span > Math.PI ? 1 : 0} 1 ${p(b)}" fill="none"/>
   <text font-size="${r * .235}" fill="#d2232a" font-family="AR PL SungtiL GB,Noto Serif CJK SC" font-weight="bold"
    textLength="${q * span}" lengthAdjust="spacing"><textPath href="#${id}">${n}</textPath></text>
   <polygon points="${star}" fill="#d2232a"/>
   <text x="${r}" y="${r * 1.56}" text-anchor="middle" font-size="${r * .2}" fill="#d2232a"
    font-family="Noto Serif CJK SC" font-weight="bold">${s.dataset.under || ''}</text></svg>`;
  s.className = 'seal'; s.style.left = s.dataset.x + 'px'; s.style.top = s.dataset.y + 'px';
});
document.querySelectorAll('.pen').forEach(e => { e.innerHTML = [...e.textContent].map(c =>
  `<span style="transform:rotate(${rnd() * 9}deg) translate(${rnd() * 1.5}px,${rnd() * 3}px) scale(${1 + rnd() * .16})">${c}</span>`).join(''); });
document.querySelectorAll('qr').forEach(e => { const n = 25, k = 3, fin = (x, y) => [[0, 0], [n - 7, 0], [0, n - 7]].map(([a, b]) =>
  x >= a && x < a + 7 && y >= b && y < b + 7 ? (Math.max(Math.abs(x - a - 3), Math.abs(y - b - 3)) != 2) : null).find(v => v !== null);
  let s = ''; for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) { const f = fin(x, y);
    if (f === undefined ? rnd() > 0 : f) s += `<rect x="${x * k}" y="${y * k}" width="${k}" height="${k}"/>`; }
  e.innerHTML = `<svg width="${n * k}" height="${n * k}">${s}</svg>`; });
document.querySelectorAll('portrait').forEach(e => { const w = e.dataset.w || 96, g = e.dataset.bg || '#fff', hair = e.dataset.hair;
  e.innerHTML = `<svg width="${w}" viewBox="0 0 96 120" style="background:${g}"><defs><radialGradient id="f" cx=".4" cy=".4">
  <stop offset="0" stop-color="#f1cfb6"/><stop offset="1" stop-color="#cf9f80"/></radialGradient><filter id="b"><feGaussianBlur stdDeviation=".7"/></filter></defs>
  <g filter="url(#b)"><path d="M8 120 Q10 92 36 86 L60 86 Q86 92 88 120Z" fill="#26313f"/><path d="M38 74h20v16l-10 9-10-9z" fill="#d8a98b"/>
  <path d="M40 90l8 9 8-9 5 5-9 25h-8l-9-25z" fill="#e9edf0"/>
  ${hair ? '<path d="M20 96Q14 20 48 14Q82 20 76 96Z" fill="#1d1a19"/><path d="M38 74h20v16l-10 9-10-9z" fill="#d8a98b"/>' : ''}
  <ellipse cx="48" cy="52" rx="22" ry="29" fill="url(#f)"/><path d="M25 46Q24 18 48 18Q73 18 71 46Q66 30 48 31Q30 30 25 46Z" fill="#1d1a19"/>
  <path d="M33 47q5-3 10 0M53 47q5-3 10 0" stroke="#2b211c" stroke-width="2" fill="none"/><circle cx="38" cy="52" r="2" fill="#221"/><circle cx="58" cy="52" r="2" fill="#221"/>
  <path d="M47 54l-2 9h6M41 70q7 4 14 0" stroke="#a0604c" stroke-width="1.6" fill="none"/></g></svg>`; });
