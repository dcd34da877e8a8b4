/** Two soft notes: somebody is waiting. Silent when the browser keeps sound back; the window's title says the same. */
export function chime(): void {
  const context = new AudioContext();
  const notes = [
    { hertz: 659, at: 0 },
    { hertz: 880, at: 0.18 },
  ];
  for (const { hertz, at } of notes) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + at;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.25, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.65);
  }
  setTimeout(() => void context.close(), 1_500);
}
