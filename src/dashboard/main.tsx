import { render } from "preact";
import { roomOfPath } from "./address.ts";
import { HomePage } from "./home/home-page.tsx";
import { RoomDoor } from "./room/room-door.tsx";

const room = roomOfPath(location.pathname);
const page = document.getElementById("page");
if (page) render(room === null ? <HomePage /> : <RoomDoor room={room} />, page);
