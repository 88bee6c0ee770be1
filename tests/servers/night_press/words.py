"""Invented news in seven languages: real words, so that its language can be told, drawn at random; invented names.

Drawn one by one, they make no sense, and no two stories share a run of words.
"""

from __future__ import annotations

import random
import re
from functools import cache
from typing import NamedTuple


class Language(NamedTuple):
    """What the stories of a language are made of."""

    words: tuple[str, ...]  # of the sentences, each as often as it stands there
    headlines: tuple[str, ...]
    things: tuple[str, ...]  # with their articles
    desks: tuple[str, ...]  # the names of the sections
    newsletter: str  # stands in many articles of a paper
    consent: str  # what a consent wall says
    menu: str


SYLLABLES = "bar dun fel gor hal jen kel lim mor nar pel quin ros sil tam vor wen yar zol ost".split()  # noqa: SIM905

_SOURCES = {
    "en": """
{p} said that {t} in {o} would be paid for by the council, which had spent {k} crowns on {t2} before.
In {o}, {k} people came to see {t}, and {p} opened it with her neighbours and two of their friends.
Nobody in {o} had heard of {t} before {p}, a teacher, wrote to the mayor about {t2} and the money.
“We did not want {t},” {p} told the people of {o}, “but {k} of us have to live with what was decided.”
Since March the workers have repaired {t} between {o} and the coast, and they will go on with {t2} for {k} days.
The court will decide on Monday whether {p} may keep {t} and what becomes of {t2} in the villages near {o}.
When {t} was closed, {p} took {t2} to {o}, where it has been shown to {k} guests without any trouble.
#{p} brings {t} back to {o}
#{k} people of {o} ask what {t} is for
#Why {o} does not want to pay for {t}
=the ferry|a bridge|the lighthouse|an orchard|the bakery|a library|the old mill|a theatre|the tower|a mine
@City|Business|Sport
!Every morning at six we send the news of the town by letter to all who asked us for it.
?Before you continue: we and our {k} partners store information on your device and use it to show you
?advertisements that fit your interests. With your consent we may use precise data about where you are. You can
?agree to this, or choose what you allow in the settings. Your choice holds for all pages of this site and you
?may change it at any time.
>Front page|Subscribe
""",
    "de": """
{p} sagte, dass der Rat für {t} in {o} zahlen werde, nachdem er für {t2} schon {k} Kronen ausgegeben hatte.
In {o} kamen {k} Leute, um {t} zu sehen, und {p} war mit den Nachbarn und zwei Freunden dabei.
Niemand in {o} hatte von {t} gehört, bevor {p}, ein Lehrer, dem Bürgermeister über {t2} und das Geld schrieb.
Seit dem März haben die Arbeiter {t} zwischen {o} und der Küste ausgebessert, und {t2} soll in {k} Tagen folgen.
Das Gericht entscheidet am Montag, ob {p} {t} behalten darf und was in den Dörfern bei {o} aus {t2} wird.
Als {t} geschlossen wurde, brachte {p} {t2} nach {o}, wo es ohne Ärger vor {k} Gästen gezeigt worden ist.
#{p} bringt {t} zurück nach {o}
#{k} Leute aus {o} fragen nach {t2}
#Warum {o} für {t} nicht zahlen will
=die Fähre|die Brücke|den Turm|die Mühle|das Theater|die Bäckerei|die Bücherei|das Boot|den Hof|die Grube
@Stadt|Wirtschaft|Kultur
!Jeden Morgen um sechs verschicken wir die Nachrichten aus der Stadt an alle, die uns darum gebeten haben.
?Bevor Sie fortfahren: Wir und unsere {k} Partner speichern Informationen auf Ihrem Gerät und nutzen sie, um
?Ihnen Werbung zu zeigen, die zu Ihren Interessen passt. Mit Ihrer Einwilligung verwenden wir genaue Daten über
?Ihren Standort. Sie können zustimmen oder in den Einstellungen wählen, was Sie erlauben. Ihre Wahl gilt für
?alle Seiten und kann jederzeit geändert werden.
>Startseite|Abonnieren
""",
    "fr": """
{p} a déclaré que le conseil paierait pour {t} à {o}, alors que {t2} avait déjà coûté {k} couronnes à la ville.
À {o}, {k} personnes sont venues voir {t}, et {p} était là avec ses voisins et deux de leurs amis.
Personne à {o} n'avait entendu parler de cela avant que {p}, un professeur, n'écrive au maire au sujet de {t2}.
Depuis le mois de mars, les ouvriers ont réparé {t} entre {o} et la côte, et ils feront {t2} dans {k} jours.
Le tribunal décidera lundi si {p} peut garder {t} et ce que deviendra {t2} dans les villages près de {o}.
Quand on a fermé {t}, {p} a porté {t2} jusqu'à {o}, où {k} visiteurs l'ont regardé sans aucun ennui.
#{p} ramène {t} à {o}
#Les {k} habitants de {o} demandent {t2}
#Pourquoi {o} ne veut pas payer pour {t}
=le pont|la tour|le moulin|une bibliothèque|le théâtre|la boulangerie|le bateau|une mine|le phare|la ferme
@Ville|Économie|Culture
!Chaque matin à six heures, nous envoyons les nouvelles de la ville à tous ceux qui nous les ont demandées.
?Avant de continuer : nous et nos {k} partenaires conservons des informations sur votre appareil et les
?utilisons pour vous montrer des publicités selon vos intérêts. Avec votre accord, nous pouvons utiliser des
?données précises sur votre position. Vous pouvez accepter ou choisir dans les réglages ce que vous permettez.
?Votre choix vaut pour toutes les pages et peut être changé à tout moment.
>Accueil|Abonnez-vous
""",
    "es": """
{p} dijo que el consejo pagaría por {t} en {o}, aunque antes había gastado {k} coronas en {t2} y en otras cosas.
En {o}, {k} personas vinieron a ver {t}, y {p} estuvo allí con sus vecinos y con dos de sus amigos.
Nadie en {o} había oído hablar de esto antes de que {p}, un maestro, escribiera al alcalde sobre {t2} y el dinero.
Desde marzo los obreros han reparado {t} entre {o} y la costa, y seguirán con {t2} durante {k} días más.
El tribunal decidirá el lunes si {p} puede quedarse con {t} y qué pasará con {t2} en los pueblos cerca de {o}.
Cuando cerraron {t}, {p} llevó {t2} hasta {o}, donde lo han visto {k} visitantes sin ningún problema.
#{p} devuelve {t} a {o}
#Los {k} vecinos de {o} preguntan por {t2}
#Por qué {o} no quiere pagar {t}
=el puente|la torre|el molino|una biblioteca|el teatro|la panadería|el barco|una mina|el faro|la granja
@Ciudad|Economía|Cultura
!Cada mañana a las seis enviamos las noticias de la ciudad a todos los que nos las han pedido.
?Antes de continuar: nosotros y nuestros {k} socios guardamos información en su dispositivo y la usamos para
?mostrarle anuncios según sus intereses. Con su permiso podemos usar datos precisos sobre dónde está. Puede
?aceptar o elegir en los ajustes lo que permite. Su elección vale para todas las páginas de este sitio y puede
?cambiarla en cualquier momento.
>Portada|Suscríbase
""",
    "it": """
{p} ha detto che il consiglio pagherà per {t} a {o}, dopo che aveva già speso {k} corone per {t2} e per altro.
A {o} sono venute {k} persone a vedere {t}, e {p} era lì con i vicini e con due dei loro amici.
Nessuno a {o} ne aveva sentito parlare prima che {p}, un maestro, scrivesse al sindaco di {t2} e dei soldi.
Da marzo gli operai hanno riparato {t} tra {o} e la costa, e andranno avanti con {t2} per altri {k} giorni.
Il tribunale deciderà lunedì se {p} può tenere {t} e che cosa sarà di {t2} nei paesi vicino a {o}.
Quando hanno chiuso {t}, {p} ha portato {t2} fino a {o}, dove {k} ospiti lo hanno visto senza alcun problema.
#{p} riporta {t} a {o}
#I {k} abitanti di {o} chiedono di {t2}
#Perché {o} non vuole pagare per {t}
=il ponte|la torre|il mulino|una biblioteca|il teatro|il panificio|la barca|una miniera|il faro|la fattoria
@Città|Economia|Cultura
!Ogni mattina alle sei mandiamo le notizie della città a tutti quelli che ce le hanno chieste.
?Prima di continuare: noi e i nostri {k} partner conserviamo informazioni sul tuo dispositivo e le usiamo per
?mostrarti annunci secondo i tuoi interessi. Con il tuo consenso possiamo usare dati precisi sulla tua
?posizione. Puoi accettare o scegliere nelle impostazioni che cosa permetti. La tua scelta vale per tutte le
?pagine e può essere cambiata in ogni momento.
>Prima pagina|Abbonati
""",
    "nl": """
{p} zei dat de gemeenteraad voor {t} in {o} zou betalen, nadat er al {k} kronen aan {t2} waren uitgegeven.
In {o} kwamen {k} mensen naar {t} kijken, en {p} was erbij met de buren en twee van hun vrienden.
Niemand in {o} had ervan gehoord voordat {p}, een leraar, de burgemeester over {t2} en het geld schreef.
Sinds maart hebben de arbeiders {t} tussen {o} en de kust hersteld, en ze gaan nog {k} dagen met {t2} verder.
De rechter beslist maandag of {p} {t} mag houden en wat er met {t2} in de dorpen bij {o} gebeurt.
Toen {t} werd gesloten, bracht {p} {t2} naar {o}, waar het zonder problemen door {k} gasten is bekeken.
#{p} brengt {t} terug naar {o}
#De {k} inwoners van {o} vragen naar {t2}
#Waarom {o} niet voor {t} wil betalen
=de brug|de toren|de molen|een bibliotheek|het theater|de bakkerij|de boot|een mijn|de vuurtoren|de boerderij
@Stad|Economie|Cultuur
!Elke ochtend om zes uur sturen wij het nieuws van de stad aan iedereen die ons daarom heeft gevraagd.
?Voordat u verdergaat: wij en onze {k} partners bewaren informatie op uw apparaat en gebruiken die om u
?advertenties te tonen die bij uw interesses passen. Met uw toestemming gebruiken wij precieze gegevens over
?waar u bent. U kunt akkoord gaan of in de instellingen kiezen wat u toestaat. Uw keuze geldt voor alle
?pagina's en kan altijd worden gewijzigd.
>Voorpagina|Abonneren
""",
    "sv": """
{p} sade att rådet skulle betala för {t} i {o}, sedan man redan hade lagt {k} kronor på {t2} och annat.
I {o} kom {k} människor för att se {t}, och {p} var där med sina grannar och två av deras vänner.
Ingen i {o} hade hört talas om det innan {p}, en lärare, skrev till borgmästaren om {t2} och pengarna.
Sedan i mars har arbetarna lagat {t} mellan {o} och kusten, och de ska fortsätta med {t2} i {k} dagar till.
Domstolen avgör på måndag om {p} får behålla {t} och vad det ska bli av {t2} i byarna nära {o}.
När {t} stängdes tog {p} med sig {t2} till {o}, där {k} gäster har fått se det utan några problem.
#{p} för {t} tillbaka till {o}
#De {k} invånarna i {o} frågar efter {t2}
#Därför vill {o} inte betala för {t}
=bron|tornet|kvarnen|ett bibliotek|teatern|bageriet|båten|en gruva|fyren|gården
@Stad|Ekonomi|Kultur
!Varje morgon klockan sex skickar vi nyheterna från staden till alla som har bett oss om dem.
?Innan du fortsätter: vi och våra {k} partner sparar information på din enhet och använder den för att visa dig
?annonser som passar dina intressen. Med ditt samtycke kan vi använda exakta uppgifter om var du är. Du kan
?godkänna detta eller välja i inställningarna vad du tillåter. Ditt val gäller för alla sidor och kan ändras
?när som helst.
>Förstasidan|Prenumerera
""",
}


@cache
def load_language(code: str) -> Language:
    """Return the words of a language: "en", "de", "fr", "es", "it", "nl" or "sv"."""
    lines = _SOURCES[code].strip().splitlines()
    marked = {mark: [line[1:] for line in lines if line[0] == mark] for mark in "#=@!?>"}
    sentences = " ".join(line for line in lines if line[0] not in marked)
    return Language(
        tuple(re.findall(r"(?<!{)\b[^\W\d]{2,}\b(?!})", sentences)),
        tuple(marked["#"]),
        tuple(marked["="][0].split("|")),
        tuple(marked["@"][0].split("|")),
        marked["!"][0],
        " ".join(marked["?"]),
        marked[">"][0],
    )


def make_name(chance: random.Random) -> str:
    """Return an invented name, which is almost certainly unique."""
    return " ".join("".join(chance.sample(SYLLABLES, 3)).title() for _ in range(2))


class Writer:
    """Writes the headline and the sentences of one story, in which the same few people come up."""

    def __init__(self, language: str, seed: object) -> None:
        self._words = load_language(language)
        self._chance = random.Random(str(seed))
        self._people = [make_name(self._chance) for _ in range(3)]

    def write_headline(self) -> str:
        thing, other = self._chance.sample(self._words.things, 2)
        headline = self._chance.choice(self._words.headlines).format(
            p=self._people[0], o=self._people[1].split()[0], t=thing, t2=other, k=self._chance.randrange(3, 900)
        )
        return headline[0].upper() + headline[1:]

    def write_paragraphs(self, length: int) -> list[str]:
        """Return paragraphs of together at least `length` characters."""
        paragraphs: list[str] = []
        while sum(map(len, paragraphs)) < length:
            paragraphs.append(" ".join(self._write_sentence() for _ in range(3)))
        return paragraphs

    def _write_sentence(self) -> str:
        words = self._chance.choices(self._words.words, k=self._chance.randint(9, 18))
        words[self._chance.randrange(3, 9)] = self._chance.choice(self._people)
        words[2] += ","
        sentence = " ".join(words)
        return f"{sentence[0].upper()}{sentence[1:]}."
