/** Is everything ready for a call? Three lines, each with its way out; nothing is asked of the browser before a button is pressed. */
import { Button, Loader, Progress, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconMicrophone } from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { checkPath, checkScreen, HEARD_FROM, listenToMicrophone, type MicrophoneCheck, type PathCheck } from "../../rtc/preflight.ts";
import { useTranslation } from "../../text/index.ts";
import classes from "./calls.module.css";

export function Preflight() {
  return (
    <ul className={classes.facts}>
      <PathLine />
      <MicrophoneLine />
      <ScreenLine />
    </ul>
  );
}

type Tone = "good" | "bad" | "busy" | "asks";

interface LineProps {
  readonly name: "path" | "microphone" | "screen";
  readonly state: string;
  readonly tone: Tone;
  readonly text: string;
  readonly children?: ReactNode;
}

function Line({ name, state, tone, text, children }: LineProps) {
  const { t } = useTranslation();
  return (
    <li className={classes.fact} data-check={name} data-state={state}>
      <ToneIcon tone={tone} />
      <div className={classes.check} role="status">
        <Text fw={600}>{t(`preflight.${name}.title`)}</Text>
        <Text size="sm" c={tone === "bad" ? "inherit" : "dimmed"}>
          {text}
        </Text>
        {children}
      </div>
    </li>
  );
}

function ToneIcon({ tone }: { readonly tone: Tone }) {
  switch (tone) {
    case "good":
      return <IconCircleCheck size={24} stroke={1.7} aria-hidden className={classes.factIcon} />;
    case "bad":
      return <IconAlertTriangle size={24} stroke={1.7} aria-hidden className={classes.attention} />;
    case "busy":
      return <Loader size={22} aria-hidden />;
    case "asks":
      return <IconMicrophone size={24} stroke={1.7} aria-hidden className={classes.factIcon} />;
  }
}

function PathLine() {
  const { t } = useTranslation();
  const [check, setCheck] = useState<PathCheck | "checking">("checking");
  const look = useCallback(() => void checkPath(location.origin).then(setCheck), []);
  useEffect(look, [look]);
  const again = (): void => {
    setCheck("checking");
    look();
  };
  const tone: Record<typeof check, Tone> = { checking: "busy", good: "good", slow: "bad", "pages-only": "bad", none: "bad" };
  return (
    <Line name="path" state={check} tone={tone[check]} text={t(`preflight.path.${check}`)}>
      {tone[check] === "bad" && (
        <Button variant="default" size="xs" mt={6} onClick={again}>
          {t("preflight.again")}
        </Button>
      )}
    </Line>
  );
}

/** A microphone that is open and stays silent for this long has something wrong with it. */
const SILENT_AFTER_MS = 6_000;

type MicrophoneLook = "idle" | "asking" | "listening" | "heard" | "silent" | "refused" | "missing";

function useMicrophoneCheck() {
  const [look, setLook] = useState<MicrophoneLook>("idle");
  const [level, setLevel] = useState(0);
  const open = useRef<MicrophoneCheck | null>(null);
  const stop = useCallback(() => {
    if (open.current?.state === "open") open.current.stop();
    open.current = null;
  }, []);
  useEffect(() => stop, [stop]);
  useEffect(() => {
    if (look !== "listening") return;
    const timer = setTimeout(() => setLook("silent"), SILENT_AFTER_MS);
    return () => clearTimeout(timer);
  }, [look]);
  const listen = async (): Promise<void> => {
    stop();
    setLook("asking");
    const check = await listenToMicrophone((now) => {
      setLevel(now);
      if (now >= HEARD_FROM) setLook("heard");
    });
    open.current = check;
    setLook(check.state === "open" ? "listening" : check.state);
  };
  const end = (): void => {
    stop();
    setLook("idle");
  };
  return { look, level, listen, end };
}

function MicrophoneLine() {
  const { t } = useTranslation();
  const { look, level, listen, end } = useMicrophoneCheck();
  const open = look === "listening" || look === "heard" || look === "silent";
  const tone: Record<MicrophoneLook, Tone> = {
    idle: "asks",
    asking: "busy",
    listening: "asks",
    heard: "good",
    silent: "bad",
    refused: "bad",
    missing: "bad",
  };
  return (
    <Line name="microphone" state={look} tone={tone[look]} text={t(`preflight.microphone.${look}`)}>
      {open && <Progress value={level * 100} mt={8} size="lg" transitionDuration={80} aria-label={t("preflight.microphone.level")} />}
      {look !== "asking" && (
        <Button variant="default" size="xs" mt={8} onClick={open ? end : () => void listen()}>
          {t(open ? "preflight.microphone.done" : look === "idle" ? "preflight.microphone.check" : "preflight.again")}
        </Button>
      )}
    </Line>
  );
}

function ScreenLine() {
  const { t } = useTranslation();
  const [check] = useState(checkScreen);
  const tone = check === "good" || check === "macos" ? "good" : "bad";
  return <Line name="screen" state={check} tone={tone} text={t(`preflight.screen.${check}`)} />;
}
