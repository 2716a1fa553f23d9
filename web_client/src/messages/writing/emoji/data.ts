// The emoji that can be picked: one line each, "emoji English words|Swedish words". Own selection, no network.
// Emoji are what people write, never part of the interface.

export interface EmojiGroup {
  readonly key: "faces" | "hands" | "nature" | "food" | "things" | "signs";
  readonly lines: string;
}

export const emojiGroups: readonly EmojiGroup[] = [
  {
    key: "faces",
    lines: `
😀 grin happy smile|glad leende
😃 happy smile open|glad öppen
😄 happy laugh eyes|glad skratt
😁 beaming grin|strålande flin
😆 laugh squint|skratt kisar
😅 sweat relief laugh|svett lättnad
🤣 rolling laugh rofl|rullar skratt
😂 tears joy laugh|tårar skratt
🙂 slight smile|lite leende
🙃 upside down silly|upp och ner
😉 wink|blink blinkar
😊 blush smile warm|rodnar varm
😇 angel halo innocent|ängel oskyldig
🥰 love hearts|kär hjärtan
😍 heart eyes love|kär ögon
🤩 star eyes wow|stjärnor wow
😘 kiss|puss kyss
☺️ smile content|nöjd leende
😋 yum tasty|gott mums
😛 tongue|tunga
😜 wink tongue joke|skoj tunga
🤪 zany crazy|tokig
🤗 hug|kram
🤭 oops giggle|oj fnissar
🤫 quiet hush secret|tyst hemligt
🤔 think hmm|tänker hmm funderar
🫡 salute yes sir|honnör ja chefen
🤐 zip mouth secret|tyst dragkedja
🤨 doubt eyebrow|tvivlar ögonbryn
😐 neutral|neutral
😑 expressionless|uttryckslös
😶 no mouth silent|mållös tyst
😏 smirk|flinar
😒 unamused|missnöjd
🙄 roll eyes|himlar ögon
😬 grimace awkward|grimas pinsamt
😌 relieved calm|lättad lugn
😔 sad pensive|ledsen nedstämd
😪 sleepy tired|sömnig trött
😴 sleep|sover
😷 mask ill sick|mask sjuk
🤒 fever ill|feber sjuk
🤕 hurt bandage|skadad bandage
🤧 sneeze cold|nyser förkyld
🥵 hot|het varm
🥶 cold freezing|kall fryser
🤯 mind blown|hjärnan exploderar
🥳 party celebrate|fest firar
😎 cool sunglasses|cool solglasögon
🤓 nerd glasses|nörd glasögon
🧐 monocle inspect|monokel granskar
😕 confused|förvirrad
😟 worried|orolig
🙁 frown sad|ledsen
😮 surprised open|förvånad
😯 hushed|häpen
😲 astonished|häpen chockad
😳 flushed embarrassed|generad
🥺 pleading please|bedjande snälla
😧 anguished|förtvivlad
😨 fear afraid|rädd
😰 anxious sweat|ångest svett
😥 sad relieved|ledsen lättad
😢 cry tear|gråter tår
😭 sob cry|storgråter
😱 scream|skriker
😣 struggle|kämpar
😞 disappointed|besviken
😓 downcast sweat|svett nere
😩 weary|utmattad
🥱 yawn|gäspar
😤 huff|fnyser
😡 angry|arg
🤞 fingers crossed luck|håller tummarna tur
🙈 monkey see no evil|apa ser inte
💩 poop|bajs`,
  },
  {
    key: "hands",
    lines: `
👍 thumbs up yes ok good|tumme upp ja bra
👎 thumbs down no|tumme ner nej
👌 ok perfect|ok perfekt
✌️ peace victory|fred seger
🤟 love you|älskar dig
🤘 rock|rock
🤙 call me|ring mig
👈 left|vänster
👉 right|höger
👆 up|upp
👇 down|ner
☝️ point up one|pekar upp
✋ stop hand high five|stopp hand
🖐️ hand five|hand fem
👋 wave hello bye|vinkar hej hejdå
👏 clap applause|applåd klappar
🙌 hooray raised hands|hurra händer
🫶 heart hands|hjärta händer
👐 open hands|öppna händer
🤝 handshake deal agree|handslag avtal överens
🙏 thanks please pray|tack snälla ber
✍️ write sign|skriver signerar
💪 strong muscle|stark muskel
👀 eyes look|ögon tittar
🧠 brain|hjärna
👂 ear listen|öra lyssnar
🧑 person|person
👩 woman|kvinna
👨 man|man
👶 baby|bebis
🧑‍💼 office worker|kontor tjänsteman
🧑‍💻 computer work|dator jobbar
🧑‍🔧 mechanic|mekaniker
👷 builder construction|byggare
🧑‍🍳 cook chef|kock
🧑‍🌾 farmer|bonde
🧑‍⚖️ judge law|domare lag
🕵️ detective|detektiv
🤷 shrug don't know|rycker axlar vet inte
🤦 facepalm|ta sig för pannan
🙋 raise hand me|räcker upp handen jag
🙆 ok gesture|ok gest
🙅 no gesture|nej gest
🏃 run hurry|springer bråttom
🚶 walk|går promenerar
💃 dance|dansar
🧘 calm yoga|lugn yoga
👨‍👩‍👧 family|familj
👥 people group|personer grupp
🗣️ speak|talar`,
  },
  {
    key: "nature",
    lines: `
🐶 dog|hund
🐱 cat|katt
🐭 mouse|mus
🐰 rabbit|kanin
🦊 fox|räv
🐻 bear|björn
🐼 panda|panda
🦁 lion|lejon
🐮 cow|ko
🐷 pig|gris
🐸 frog|groda
🐔 chicken|höna
🐧 penguin|pingvin
🐦 bird|fågel
🦆 duck|anka
🦉 owl|uggla
🐺 wolf|varg
🐴 horse|häst
🫎 moose elk|älg
🦌 deer|rådjur hjort
🐝 bee|bi
🦋 butterfly|fjäril
🐌 snail slow|snigel långsam
🐟 fish|fisk
🐳 whale|val
🌱 seedling grow|grodd växer
🌲 tree spruce|gran träd
🌳 tree|träd
🍀 clover luck|klöver tur
🌷 tulip flower|tulpan blomma
🌹 rose flower|ros blomma
🌻 sunflower|solros
💐 bouquet flowers|bukett blommor
🍂 autumn leaves|höst löv
🍁 maple leaf|lönn löv
🌞 sun face|sol ansikte
☀️ sun sunny|sol soligt
⛅ partly cloudy|halvklart moln
☁️ cloud|moln
🌧️ rain|regn
⛈️ thunder storm|åska oväder
❄️ snow winter|snö vinter
☃️ snowman|snögubbe
⚡ lightning fast|blixt snabb
🔥 fire hot|eld brand
💧 drop water|droppe vatten
🌊 wave sea|våg hav
🌈 rainbow|regnbåge
⭐ star|stjärna
🌟 star shine|stjärna lyser
✨ sparkles|glitter
🌙 moon night|måne natt
🌍 earth world|jorden världen`,
  },
  {
    key: "food",
    lines: `
☕ coffee tea fika|kaffe te fika
🍵 tea|te
🥐 croissant|croissant
🍞 bread|bröd
🧀 cheese|ost
🥚 egg|ägg
🥞 pancakes|pannkakor
🍎 apple|äpple
🍌 banana|banan
🍓 strawberry|jordgubbe
🍒 cherries|körsbär
🍇 grapes|druvor
🍋 lemon|citron
🥑 avocado|avokado
🥕 carrot|morot
🥔 potato|potatis
🍅 tomato|tomat
🍄 mushroom|svamp
🍔 burger|hamburgare
🍕 pizza|pizza
🌭 hot dog|korv
🌮 taco friday|taco fredag
🥗 salad|sallad
🍝 pasta|pasta
🍲 stew soup|gryta soppa
🍣 sushi|sushi
🦐 shrimp|räka
🍦 ice cream|glass
🍰 cake|tårta
🎂 birthday cake|födelsedag tårta
🧁 cupcake|muffin
🍪 cookie|kaka
🍫 chocolate|choklad
🍬 candy|godis
🍿 popcorn|popcorn
🥛 milk|mjölk
🧃 juice|juice
🍷 wine|vin
🍺 beer|öl
🥂 cheers toast|skål
🍾 champagne celebrate|champagne firar
🍽️ plate dinner|tallrik middag`,
  },
  {
    key: "things",
    lines: `
📎 paperclip attach|gem bifoga
📄 document page|dokument sida
📃 document|dokument
📑 bookmarks tabs|flikar dokument
📊 chart bar|diagram staplar
📈 chart up growth|diagram upp växer
📉 chart down|diagram ner
🧾 receipt|kvitto
💰 money bag|pengar påse
💵 money cash|pengar kontanter
💳 card pay|kort betalar
🪙 coin|mynt
🏦 bank|bank
🧮 abacus count|kulram räknar
📁 folder|mapp
🗂️ folders dividers|mappar flikar
🗄️ cabinet archive|arkiv skåp
🗃️ box cards|låda kort
📦 package box|paket låda
📥 inbox in|inkorg in
📤 outbox out|utkorg ut
📧 e-mail|mejl
✉️ letter envelope|brev kuvert
📬 mailbox|brevlåda
📮 post|post
📝 note write|anteckning skriver
✏️ pencil|penna
🖊️ pen sign|penna signerar
📌 pin|nål fäst
📍 place pin|plats nål
📅 calendar date|kalender datum
🗓️ calendar|kalender
⏰ alarm clock|väckarklocka
⏳ hourglass wait|timglas väntar
⌛ hourglass done|timglas klart
🕐 clock one|klocka ett
📞 phone call|telefon ringer
📱 mobile|mobil
💻 laptop computer|dator bärbar
🖥️ screen computer|skärm dator
🖨️ printer|skrivare
⌨️ keyboard|tangentbord
📷 camera photo|kamera foto
🎥 film video|film video
💡 idea lamp|idé lampa
🔑 key|nyckel
🔒 lock|lås
🔓 unlock|olåst
🔍 search magnify|sök förstoring
🔧 wrench tool|skiftnyckel verktyg
🔨 hammer|hammare
🧰 toolbox|verktygslåda
⚙️ gear settings|kugghjul inställningar
🏠 house home|hus hem
🏢 office building|kontor byggnad
🏗️ construction|bygge
🏭 factory|fabrik
🏪 shop store|butik affär
🚗 car|bil
🚚 truck delivery|lastbil leverans
🚲 bicycle|cykel
🚆 train|tåg
✈️ plane travel|flyg resa
⛵ boat sail|båt segel
🎁 gift present|present gåva
🎈 balloon|ballong
🎉 party hooray|fest hurra
🎊 confetti|konfetti
🏆 trophy win|pokal vinner
🥇 gold medal first|guld medalj först
🎯 target goal|mål prick
🎄 christmas tree|julgran jul
🎅 santa christmas|tomte jul
🕯️ candle advent|ljus advent
🎓 graduate|examen
🎵 music note|musik ton
⚽ football|fotboll
🏒 hockey|hockey
⛷️ ski|skidor
🚀 rocket launch|raket start
⚖️ scales law|våg lag`,
  },
  {
    key: "signs",
    lines: `
❤️ heart love red|hjärta kärlek rött
🧡 orange heart|orange hjärta
💛 yellow heart|gult hjärta
💚 green heart|grönt hjärta
💙 blue heart|blått hjärta
💜 purple heart|lila hjärta
🖤 black heart|svart hjärta
🤍 white heart|vitt hjärta
💔 broken heart|brustet hjärta
✅ check done yes|klar bock ja
☑️ checked box|ikryssad ruta
✔️ check|bock
❌ cross no wrong|kryss nej fel
❗ exclamation important|utropstecken viktigt
❓ question|fråga
⚠️ warning|varning
🚫 forbidden no|förbjudet nej
💯 hundred perfect|hundra perfekt
🔴 red circle|röd cirkel
🟠 orange circle|orange cirkel
🟡 yellow circle|gul cirkel
🟢 green circle|grön cirkel
🔵 blue circle|blå cirkel
⚫ black circle|svart cirkel
⚪ white circle|vit cirkel
➡️ arrow right|pil höger
⬅️ arrow left|pil vänster
⬆️ arrow up|pil upp
⬇️ arrow down|pil ner
🔄 repeat refresh|upprepa uppdatera
➕ plus add|plus lägg till
➖ minus|minus
✖️ times multiply|gånger
➗ divide|delat
🆗 ok|ok
🆕 new|ny
🆓 free|gratis
🔔 bell reminder|klocka påminnelse
🔕 bell off quiet|tyst klocka av
💬 speech chat|pratbubbla chatt
💭 thought|tanke
💤 sleep zzz|sover zzz
♻️ recycle|återvinning
🇸🇪 sweden flag|sverige flagga
🇳🇴 norway flag|norge flagga
🇩🇰 denmark flag|danmark flagga
🇫🇮 finland flag|finland flagga
🇬🇧 britain flag|storbritannien flagga
🇪🇺 europe flag eu|europa flagga eu
🏁 finish flag|mål flagga`,
  },
];
