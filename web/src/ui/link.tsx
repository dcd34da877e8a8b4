/** Links and buttons that lead to an address of ours: typed by routes.tsx, drawn by Mantine. */
import { Anchor, Button, type AnchorProps, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";

type Plain<Props> = Props & Omit<ComponentProps<"a">, keyof Props>;

export const TextLink = createLink((props: Plain<AnchorProps>) => <Anchor {...props} />);
export const ButtonLink = createLink((props: Plain<ButtonProps>) => <Button component="a" {...props} />);
