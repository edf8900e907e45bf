#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sentences, forms, mails, records and addresses with names in them, made from names_words.py."""
import re
import string

import names_words as words


def listed(text):
    return [item.strip() for item in text.replace("\n", " ").split(";") if item.strip()]


COUNTRIES, CITIES, REGIONS = listed(words.COUNTRIES), listed(words.CITIES), listed(words.REGIONS)
COMPANIES = listed(words.COMPANIES)
CULTURES = [(given.split(), surnames.split()) for given, surnames in words.PEOPLE.values()]
OTHER_SCRIPTS = [(given.split(), surnames.split()) for given, surnames in words.PEOPLE_OTHER.values()]
VOWELS, CONSONANTS = "aeiouaeioaei", "bcdfghjklmnprstvwzbdklmnrst"
ENDINGS = ("son sen ez ini elli ova ov ev ski ska wicz enko yan dze oğlu opoulos akis ardi etti eau aux ier mann berg stein "
           "feld bach meier hoff dottir ström quist ander ima moto kawa mura ata aka ong ung ari ham ton ley field worth "
           "ville burg stad heim grad pur abad nagar").split()

# {P} person, {G} given name, {S} surname, {O} organisation, {L} place, {C} country, {T} city,
# {A} address on one line, {M} address on several lines, {W} ordinary word, {N} number, {D} date.
SENTENCES = """My name is {P} and I live in {L}.|Hi, I'm {P} from {L}.|Hello, this is {P} calling from {O}.
I am {G}.|I'm {G}, nice to meet you.|My name is {G}|Please call {P} at {N}.|Can you email {P} about the report?
{P} works at {O} in {T}.|{P} joined {O} as a director in 2015.|{S} said on Monday that the plan would fail.
"We are very happy," said {P}, a spokesman for {O}.|{P}, {N}, was born in {T}, {C}.|{P} was arrested in {T} yesterday.
The patient, {P}, was admitted on {D}.|Patient {P} complains of headache.|Dr. {S} will see you now.
Mr. {S} lives in {L}.|Mrs. {P} called about her order.|Dear {P},|Dear Mr. {S},|Dear Ms. {S}, thank you for writing to {O}.
Hi {G},|Hello {G}, how are you today?|Hey {G}! Are you coming to {T} next week?|Thanks,\n{G}|Best regards,\n{P}|Sincerely,\n{P}
Kind regards,\n{P}\n{O}|Cheers,\n{G}|Best,\n{P}\nSenior Manager, {O}|{G} and {G} are going to {L}.|{P} and {P} met in {T}.
I'd like to fly from {T} to {T} on {D}.|What is the weather like in {T}?|What's the weather in {T}, {C}?
Book a hotel in {T} for {G}.|We moved from {T} to {T} last year.|The company is based in {T}, {C}.|Our office in {T} is closed.
{O} announced its results on {D}.|{O} is a company based in {T}.|Shares of {O} fell 3 percent.|{O} and {O} merged in 2012.
She has worked for {O} since {D}.|He left {O} to join {O}.|The CEO of {O}, {P}, resigned.|{O} CEO {P} visited {C}.
According to {O}, the number rose.|I have a job interview at {O} tomorrow.|I bank with {O}.|{O}'s profits rose.
{P}'s account was closed.|{G}'s birthday is on {D}.|I spoke with {G} yesterday about {W}.|Ask {G} to send the {W}.
Contact: {P}, {O}, {T}|Attn: {P}|Customer: {P}|Name: {P}|Full name: {P}|Employee name: {P}\nDepartment: {W}
First name: {G}\nLast name: {S}|City: {T}|Country: {C}|Employer: {O}|Company: {O}|Organization: {O}|Location: {T}, {C}
Name: {P}\nCity: {T}\nCountry: {C}\nPhone: {N}|Name: {P}\nAddress: {A}\nPhone: {N}|Address: {A}|Shipping address: {A}
Billing address:\n{M}|Ship to:\n{P}\n{M}|{P}\n{M}|{P}\n{O}\n{M}|Please send it to {A}.|I live at {A}.|My address is {A}
Our new address is {A}, please update your records.|Deliver the parcel to {A} before noon.|The meeting is at {A}.
The property at {A} was sold for {N} dollars.|She moved to {A} in 2019.|Return to: {P}, {A}|Can you ship to {A}?
{P} lives at {A}.|{P}, {A}|The {O} office is at {A}.|Officers were called to {A} on {D}.|Home address: {A}; phone {N}
Please update the billing address to {A} for card {N}.|His address: {A}|here is my address: {A}|address is {A}, thanks!
{"name": "{P}", "city": "{T}"}|{"first_name": "{G}", "last_name": "{S}", "id": {N}}|{"customer": "{P}", "company": "{O}"}
{"address": "{A}", "country": "{C}"}|{"user": {"full_name": "{P}", "location": "{L}"}}|"name": "{P}",|"author": "{P}"
{"patient_name": "{P}", "diagnosis": "{W}"}|{"sender": "{P}", "recipient": "{P}", "amount": {N}}|"employer": "{O}"
id,name,city\n{N},{P},{T}\n{N},{P},{T}|{N},{G},{S},{T},{C}|{P};{O};{T}|{P} | {O} | {T}|name={P}&city={T}|{N}\t{P}\t{T}
<name>{P}</name>|<city>{T}</city>|<td>{P}</td><td>{O}</td>|- {P}|* {P} ({O})|1. {P}\n2. {P}\n3. {P}|From: {P}|To: {P}
From: {P} <user@example.com>\nTo: {P}\nSubject: {W}|CC: {P}; {P}|On {D}, {P} wrote:|{P} wrote:|[10:31] {G}: hello
{G}: hi there\n{G}: hello!|@support my name is {P} and my {W} is broken|User {P} reported a problem with the {W}.
Assigned to {P}|Reporter: {P}|Ticket opened by {P} ({O})|Interviewer: {P}|Witness {P} stated that he saw {P} leave.
{P} v. {P}|{S} v. {O}|between {O} and {P}|This agreement is between {O}, a company in {C}, and {P}.|{S}, {G}
By: {P}\nTitle: President|{P} (born {D}) is a singer from {T}.|{P} was a {C} politician.|In {D}, {S} moved to {T}.
The {O} was founded by {P} in {T}.|Professor {S} teaches at {O}.|Professor {P} of {O} disagreed.|{P} studied law at {O}.
President {S} met Prime Minister {S} in {T}.|{T} - {P} won on {D}.|{T} ({O}) -- Officials said|LONDON, {D} - {S} said
{G} told {G} that {G} was in {T}.|Did {G} call?|Is {G} there?|Tell {G} I said hi|Happy birthday {G}!|love you {G}
I met {G} at {O}.|where is {T}?|flights to {T}|how far is {T} from {T}|directions to {T}|population of {C}|capital of {C}
My boss {G} said the {W} is late.|My wife {G} and my son {G} live in {T}.|My friend {P} from {C} is visiting.
I was born in {T} and raised in {L}.|Greetings from {L}!|Just landed in {T}|Welcome to {T}!|Made in {C}|in {L}, {C}
Je m'appelle {P} et j'habite à {T}.|Monsieur {S} travaille chez {O} à {T}.|Mme {P} a appelé.|Bonjour {G},|Cordialement,\n{P}
Nom : {P}\nVille : {T}|J'habite au {A}.|Mon adresse est {A}.|Adresse : {A}|Ich heiße {P} und wohne in {T}.|Herr {S} arbeitet bei {O}.
Frau {P} hat angerufen.|Sehr geehrter Herr {S},|Sehr geehrte Frau {S},|Mit freundlichen Grüßen\n{P}|Mein Name ist {P}.
Name: {P}\nOrt: {T}|Meine Adresse lautet {A}.|Anschrift: {A}|Lieber {G},|Die Firma {O} hat ihren Sitz in {T}.
Me llamo {P} y vivo en {T}.|El señor {S} trabaja en {O}.|Estimado {P}:|Saludos,\n{P}|Nombre: {P}\nCiudad: {T}|Vivo en {A}.
Mi dirección es {A}.|Dirección: {A}|Hola {G}, ¿cómo estás?|Meu nome é {P} e moro em {T}.|Olá {G}, tudo bem?|Nome: {P}\nCidade: {T}
Moro na {A}.|Endereço: {A}|Atenciosamente,\n{P}|Mi chiamo {P} e vivo a {T}.|Gentile {P},|Indirizzo: {A}|Abito in {A}.
Mijn naam is {P} en ik woon in {T}.|Beste {G},|Adres: {A}|Met vriendelijke groet,\n{P}|Nazywam się {P} i mieszkam w {T}.
Pan {S} pracuje w {O}.|Adres: {A}|Jag heter {P} och bor i {T}.|Jeg hedder {P}.|Benim adım {P}.|Меня зовут {R}.|Уважаемый {R}!
Имя: {R}|Με λένε {K}.|我叫{Z}。|我的名字是{Z}，住在{Y}。|{Z}先生您好|姓名：{Z}|私の名前は{J}です。|{J}さん、こんにちは|{J}様|氏名：{J}
제 이름은 {E}입니다.|{E}님 안녕하세요|이름: {E}|我住在{Y}。|{Y}に住んでいます。"""

# The same capitals, columns and numbers without any name.
HARMLESS = """The Quick Start Guide explains how to install the software.|Step 1: Open the Settings page and click Save.
Chapter 3: Results and Discussion|Table 2. Summary of Results|Figure 4 shows the Error Rate.|See Section 2.1 for details.
Monday, March 4|The deadline is Friday, June 3rd.|Merry Christmas and a Happy New Year!|Happy Thanksgiving everyone!
import numpy as np|from collections import OrderedDict|def get_user_name(self, user_id):|class HttpRequestHandler(BaseHandler):
public static void main(String[] args) {|const userName = req.body.userName;|SELECT Name, City FROM Customers WHERE Id = 5;
String firstName = user.getFirstName();|#include <stdio.h>|int main(int argc, char **argv)|return new ArrayList<String>();
Use React and TypeScript with Node to build it.|Install Docker and Kubernetes on Ubuntu 22.04.|Python 3.11 supports this.
Write a Python script that reads a CSV file.|Explain the difference between TCP and UDP.|How do I reset my Gmail password?
What is Machine Learning?|Explain Quantum Mechanics to a child.|Translate this into French.|Write it in German or Spanish.
I speak English and Italian.|The British and the American teams won.|The Dutch prefer cheese.|a Japanese restaurant
Terms and Conditions|Privacy Policy|Frequently Asked Questions|Table of Contents|Executive Summary|Key Takeaways
Total: 45 Items|Order Number: 12345|Invoice Date: 2024-01-05|Status: Pending|Priority: High|Type: Bug|Version: 2.0
Question: What is the main idea?|Answer: True|Premise: The man is sleeping.|Hypothesis: A dog runs.|Category: Sports
Given the Article above, choose the Best Option.|Options: Yes, No, Maybe|Positive or Negative?|Select One of the following.
PLEASE READ THIS BEFORE YOU BEGIN.|IMPORTANT: DO NOT SHARE YOUR PASSWORD.|WARNING: HIGH VOLTAGE|ALL RIGHTS RESERVED
NOTE: THIS IS A TEST|you are a helpful assistant|Please Help Me With My Homework|The Great Gatsby is a Novel I like.
i cant log in to my account|why was i charged twice|what time does the game start|set an alarm for seven am|play some music
turn off the lights|how do i change my pin|my card has not arrived yet|is it going to rain tomorrow|tell me a joke
what is my balance|transfer 100 dollars from checking to savings|remind me to buy milk|can i get a refund|i lost my phone
Buy 2 Get 1 Free|50% Off Sale|12 Large Eggs, 2 Cups Flour|Mix 3 tablespoons of Butter with Sugar.|10 Best Ways to Learn
The Python ran away.|God bless you.|Oh my God!|Jesus Christ, that was close|Father, Mother and Child|The President spoke.
The King and Queen arrived.|The Bank will repay the Borrower.|The Company shall pay the Executive.|the Lender and the Borrower
Dear Sir or Madam,|To whom it may concern:|Dear Customer,|Dear Hiring Manager,|Hi all,|Hello everyone,|Dear Team,|Hi there!
Act as a Travel Guide.|I want you to act as a Linux Terminal.|You are an Expert Data Scientist.|Role: Software Engineer
Newton's Second Law|The Pythagorean Theorem|Bayes theorem|a Turing machine|Fibonacci numbers|Big O Notation
NullPointerException at line 12|Error 404: Not Found|HTTP/1.1 200 OK|Content-Type: application/json|ERROR Failed to connect
Windows 11 Pro|iPhone 14 Pro Max|Samsung Galaxy S22|PlayStation 5|Xbox Series X|Model S|Office 365|Adobe Photoshop CS6
The Second World War ended in 1945.|the Industrial Revolution|the French Revolution|the Olympic Games|the World Cup
15 Minutes|30 Days|2 Weeks Notice|4 Bedroom House|3 Easy Steps|100 Years of Solitude|7 Habits|24 Hours|5 Stars|page 12 of 40
Hello World|Lorem ipsum dolor sit amet|Once upon a time|I think, therefore I am.|It depends.|Sure! Here is the code:|Yes, I can.
Create a Function called Sort.|Use the Pandas library.|The Redis cache is slow.|Run Jenkins on AWS Lambda.|Kafka and Spark
Wie geht es Ihnen?|Das Haus ist groß.|Die Rechnung ist bezahlt.|Bitte öffnen Sie das Fenster.|Der Hund schläft im Garten.
Die Katze sitzt auf dem Tisch und der Hund liegt im Bett.|Wir brauchen mehr Zeit für das Projekt.|Das Auto steht vor der Tür.
La maison est grande.|Où est la gare ?|¿Dónde está la biblioteca?|El coche es rojo.|O carro é azul.|La macchina è rossa.
你好，我想退货。|今天天气怎么样？|こんにちは、元気ですか。|안녕하세요, 반갑습니다.|Привет, как дела?|Καλημέρα"""

THINGS = """printer router laptop invoice budget contract project delivery order password account report meeting schedule
asthma diabetes migraine pneumonia sales marketing engineering finance support legal update""".split()
US_STATES = """AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC
SD TN TX UT VT VA WA WV WI WY DC""".split()
STREETS = """Main Oak Maple Cedar Pine Elm Park Washington Lake Hill Church High Victoria King Queen Station Mill Green Albert
Richmond Grange Springfield Highland Sunset River Jefferson Lincoln Franklin Madison Jackson Adams Broadway Walnut Chestnut
Spruce Willow Dogwood Magnolia Meadow Forest Prospect Cherry Ridge Valley Spring Union Market Water Center Court Bridge London
York Chapel Manor Orchard Abbey Castle Windsor Cambridge Oxford Kings Queens 1st 2nd 3rd 5th 12th 42nd""".split()


class Maker:
    def __init__(self, rng, us_addresses):
        self.rng = rng
        self.us_addresses = us_addresses

    def one(self, items):
        return items[int(self.rng.random() * len(items))]

    def often(self, percent):
        return self.rng.random() * 100 < percent

    def digits(self, n):
        return "".join(self.one("0123456789") for _ in range(n))

    def number(self, low, high):
        return str(self.rng.randint(low, high))

    # ---- names ----

    def invented(self):
        """A word nobody has heard of, so that the model learns contexts and shapes."""
        syllables = "".join(self.one(CONSONANTS) + self.one(VOWELS) for _ in range(self.rng.randint(1, 3)))
        return (syllables + (self.one(ENDINGS) if self.often(60) else self.one("nrslt"))).capitalize()

    def culture(self):
        if self.often(35):
            return CULTURES[0]
        return self.one(CULTURES)

    def surname(self, culture):
        name = self.invented() if self.often(18) else self.one(culture[1])
        particle = re.match(r"^(Van|De|Ver|Ben)(Den|Der)?([A-Z]\w+)$", name)
        if particle and name not in ("Vermeulen", "Verhoeven"):
            name = " ".join(part for part in particle.groups() if part)
            name = name.replace("Ver ", "Ver")
            return name if self.often(50) else name.replace("Van ", "van ").replace("De ", "de ").replace("Der", "der")
        if self.often(4):
            return self.one(("van ", "de ", "von ", "van der ", "de la ", "Di ", "al-", "bin ")) + name
        return name + "-" + self.one(culture[1]) if self.often(4) else name

    def given(self, culture):
        return self.invented() if self.often(10) else self.one(culture[0])

    def person(self):
        culture = self.culture()
        given, surname = self.given(culture), self.surname(culture)
        style = self.rng.random()
        if style < 0.62:
            return given + " " + surname
        if style < 0.72:
            return "%s %s. %s" % (given, self.one(string.ascii_uppercase), surname)
        if style < 0.79:
            return "%s %s %s" % (given, self.one(culture[0]), surname)
        if style < 0.84:
            return "%s. %s" % (given[0], surname)
        if style < 0.88:
            return "%s %s %s" % (given, surname, self.one(culture[1]))
        return given if style < 0.96 else surname

    def organization(self):
        style = self.rng.random()
        culture = self.culture()
        if style < 0.42:
            return self.one(COMPANIES)
        stem = self.one(words.COMPANY_STEMS) if self.often(60) else self.invented()
        if style < 0.70:
            return stem + " " + self.one(words.COMPANY_SUFFIXES)
        if style < 0.76:
            return "%s %s %s" % (stem, self.one(words.COMPANY_STEMS), self.one(words.COMPANY_SUFFIXES))
        if style < 0.82:
            return "%s, %s & %s" % tuple(self.one(culture[1]) for _ in range(3))
        if style < 0.87:
            return "%s and %s" % (self.one(culture[1]), self.one(words.COMPANY_SUFFIXES))
        if style < 0.92:
            return "%s %s" % (self.one(CITIES), self.one(words.COMPANY_WORDS))
        return "University of " + self.one(CITIES) if style < 0.95 else stem

    def city(self):
        return self.invented() if self.often(12) else self.one(CITIES)

    def place(self):
        style = self.rng.random()
        return self.city() if style < 0.5 else self.one(COUNTRIES) if style < 0.8 else self.one(REGIONS)

    # ---- addresses: a list of lines ----

    def street_name(self):
        style = self.rng.random()
        if style < 0.5:
            return self.one(STREETS)
        return self.surname(self.culture()) if style < 0.85 else self.invented()

    def english_street(self):
        kind = self.one("Street St Avenue Ave Road Rd Boulevard Blvd Drive Dr Lane Ln Court Ct Place Way Terrace Close St. Ave. Rd. Dr."
                        .split())
        number = self.number(1, 9999) + (self.one("ABC") if self.often(6) else "")
        direction = self.one("N S E W North South East West N. S. NW SE".split()) + " " if self.often(18) else ""
        return "%s %s%s %s" % (number, direction, self.street_name(), kind)

    def unit(self):
        return "%s %s" % (self.one("Apt Apt. Suite Ste Unit Floor # Apartment Flat Room".split()),
                          self.number(1, 999) + (self.one("ABCD") if self.often(15) else ""))

    def us(self):
        if self.often(35):
            return [self.one(self.us_addresses)]
        if self.often(6):
            return ["%s %s" % (self.one(("PO Box", "P.O. Box", "P. O. Box")), self.number(1, 99999)),
                    "%s, %s %s" % (self.city(), self.one(US_STATES), self.digits(5))]
        street = self.english_street()
        if self.often(25):
            street += self.one((", ", " ")) + self.unit()
        state = self.one(US_STATES) if self.often(80) else self.one(REGIONS[:50])
        post = self.digits(5) + ("-" + self.digits(4) if self.often(15) else "")
        lines = [street, "%s%s %s %s" % (self.city(), self.one((",", ",", "")), state, post)]
        return lines + ["USA"] if self.often(12) else lines

    def uk(self):
        area = self.one("SW SE NW N E W EC WC M B L LS S G EH CF BS NE OX CB RG BN HP MK PO".split())
        code = area + self.number(1, 20) + " " + self.digits(1) + self.one("ABDEFHJL") + self.one("ABDEGHJL")
        house = "Flat %s, " % self.number(1, 60) if self.often(20) else ""
        lines = [house + self.english_street(), self.city(), code]
        return lines + ["United Kingdom"] if self.often(20) else lines

    def german(self):
        culture = CULTURES[1]
        base = self.one("Haupt Bahnhof Schul Garten Berg Linden Kirch Ring Wald Wiesen Goethe Schiller Mozart Bismarck Rosen".split())
        ending = self.one(("straße", "strasse", "str.", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer"))
        name = base + ending
        if self.often(25):
            name = "%s-%s" % (self.one(culture[1]), self.one(("Straße", "Str.", "Platz", "Allee", "Weg")))
        elif self.often(15):
            name = "%s %s" % (self.one(("Am", "An der", "Im", "Zum", "Auf dem")), self.one(("Markt", "Alten Hof", "Bach", "Rosengarten")))
        return ["%s %s%s" % (name, self.number(1, 220), self.one(("", "", "", "a", " b"))), "%s%s %s" % (
            self.one(("", "", "", "D-", "CH-")), self.digits(self.one((5, 5, 5, 4))), self.city())]

    def french(self):
        kind = self.one(("rue", "avenue", "boulevard", "place", "Rue", "Avenue", "allée", "chemin", "impasse", "quai", "bis rue"))
        link = self.one((" de la ", " du ", " de ", " des ", " "))
        name = self.one("République Gare Paix Liberté Moulin Château Église Victor-Hugo Gambetta Pasteur Foch Voltaire Rivoli Lilas"
                        .split()) if self.often(60) else self.surname(CULTURES[2])
        comma = self.one((" ", ", "))
        return [self.number(1, 280) + comma + kind + link + name, self.digits(5) + " " + self.city() + (
            self.one((" Cedex", " CEDEX 08")) if self.often(8) else "")]

    def spanish(self):
        kind = self.one(("Calle", "calle", "Avenida", "Av.", "Avda.", "C/", "Plaza", "Paseo", "Carrer"))
        link = self.one((" de ", " del ", " de la ", " ", " "))
        name = self.surname(CULTURES[3]) if self.often(60) else self.one(
            "Mayor Alcalá Sol Constitución Independencia Libertad Reforma Juárez Hidalgo Insurgentes Serrano".split())
        number = self.one((" ", ", ", " No. ", ", nº ", " #")) + self.number(1, 900)
        floor = self.one((", 3º B", ", 2º izq.", ", piso 4", ", Int. 5", "")) if self.often(40) else ""
        colony = ", Col. " + self.one(("Centro", "Roma Norte", "Polanco", "Del Valle")) if self.often(25) else ""
        return [kind + link + name + number + floor + colony, self.one((self.digits(5), "C.P. " + self.digits(5))) + " " + self.city()]

    def italian(self):
        kind = self.one(("Via", "via", "Viale", "Corso", "Piazza", "Vicolo", "Largo"))
        name = self.one("Roma Garibaldi Mazzini Dante Verdi Cavour Manzoni Nazionale Marconi Vittorio Emanuele".split()) if self.often(
            50) else self.one(("Giuseppe ", "della ", "dei ", "di ", "")) + self.surname(CULTURES[5])
        return [kind + " " + name + self.one((", ", " ", ", n. ")) + self.number(1, 250),
                "%s %s%s" % (self.digits(5), self.city(), self.one(("", " (MI)", " RM", " (TO)")))]

    def dutch(self):
        name = self.one("Kerk Dorps School Molen Haven Park Prinsen Keizers Linden Beatrix Wilhelmina Stations".split()) + self.one(
            ("straat", "laan", "weg", "gracht", "plein", "kade", "singel", "dijk"))
        return [name + " " + self.number(1, 400) + self.one(("", "", "-A", " bis", " II")), self.digits(4) + self.one((" ", "")) + self.one(
            ("AB", "CD", "GH", "KL", "XE", "ZR")) + self.one((" ", "  ")) + self.city()]

    def polish(self):
        kind = self.one(("ul.", "ul.", "al.", "pl.", "os.", "Ulica"))
        name = self.one("Marszałkowska Długa Krótka Polna Leśna Słoneczna Mickiewicza Kościuszki Piłsudskiego Lubartowska Szkolna".split())
        return ["%s %s %s%s" % (kind, name, self.number(1, 200), self.one(("", "/12", " m. 5", "a/3"))),
                "%s-%s %s" % (self.digits(2), self.digits(3), self.city())]

    def brazilian(self):
        kind = self.one(("Rua", "Avenida", "Av.", "R.", "Travessa", "Alameda", "Praça", "rua"))
        name = self.one(("das Flores", "Sete de Setembro", "Paulista", "XV de Novembro", "Brasil", "do Comércio")) if self.often(
            45) else self.one(("", "Dr. ", "Coronel ", "da ")) + self.surname(CULTURES[4])
        flat = self.one((", apto 12", " - Apto. 301", ", Bloco B", "")) if self.often(40) else ""
        area = self.one((" - Centro", ", Jardim América", " - Vila Mariana", ""))
        return [kind + " " + name + ", " + self.number(1, 3000) + flat + area,
                "%s%s%s, %s-%s" % (self.city(), self.one((" - ", "/", ", ")), self.one("SP RJ MG BA RS PR".split()), self.digits(5),
                                   self.digits(3))]

    def indian(self):
        house = self.one(("Flat No. %s, ", "H.No. %s, ", "%s, ", "Plot No. %s, ", "#%s, ", "House No %s, ")) % self.number(1, 999)
        area = self.one(("MG Road", "Gandhi Nagar", "Sector 15", "Banjara Hills", "Anna Salai", "Lajpat Nagar", "Park Street", "Koramangala",
                         "Indiranagar", "2nd Cross Street", "Nehru Marg", "Andheri West"))
        return [house + area, "%s%s%s" % (self.city(), self.one((" - ", " ", ", Maharashtra ", ", Karnataka ")), self.one((
            self.digits(6), self.digits(3) + " " + self.digits(3))))]

    def japanese(self):
        ward = self.one("Shibuya Shinjuku Minato Chuo Setagaya Kita Naka Nishi Chiyoda".split())
        town = self.one("Ginza Akasaka Roppongi Nishi-Shinjuku Dogenzaka Marunouchi Sakae Umeda".split())
        block = "%s-%s-%s" % (self.number(1, 9), self.number(1, 30), self.number(1, 20))
        return [block + " " + town + ", " + ward + "-ku", self.one(("Tokyo ", "Osaka ", "Nagoya ")) + self.digits(3) + "-" + self.digits(4)]

    def chinese(self):
        road = self.one(("Zhongshan", "Renmin", "Jiefang", "Nanjing", "Huaihai", "Chang'an", "Jianguo")) + self.one(
            (" Road", " Lu", " Dong Lu", " East Road", " West Road", " Street"))
        district = self.one(("Pudong", "Chaoyang", "Haidian", "Xuhui", "Futian", "Tianhe")) + " " + self.one(("District", "Qu"))
        return [self.one(("No. ", "", "No.")) + self.number(1, 2000) + " " + road + ", " + district, self.city() + " " + self.digits(6)]

    def australian(self):
        unit = self.one(("Unit %s, ", "%s/", "")) if self.often(40) else ""
        unit = unit % self.number(1, 60) if unit else ""
        return [unit + self.english_street(), "%s%s %s %s" % (self.city(), self.one((",", "")), self.one("NSW VIC QLD WA SA TAS ACT".split()),
                                                             self.digits(4))]

    def canadian(self):
        def letter():
            return self.one("ABCEGHJKLMNPRSTVXY")
        code = letter() + self.digits(1) + letter() + self.one((" ", "")) + self.digits(1) + letter() + self.digits(1)
        return [self.english_street(), "%s%s %s %s" % (self.city(), self.one((",", "")), self.one("ON QC BC AB MB NS SK".split()), code)]

    def address_lines(self):
        kinds = (self.us, self.us, self.us, self.us, self.uk, self.uk, self.german, self.german, self.french, self.french, self.spanish,
                 self.spanish, self.italian, self.dutch, self.polish, self.brazilian, self.indian, self.japanese, self.chinese,
                 self.australian, self.canadian)
        lines = self.one(kinds)()
        if self.often(15):
            lines = lines[:1]
        elif self.often(15):
            lines.append(self.one(COUNTRIES))
        return lines

    # ---- filling ----

    def filled(self, key):
        """(type or None, text) of a place in a template."""
        culture = self.culture()
        if key == "A":
            return "ADDRESS", self.one((", ", ", ", ", ", " ")).join(self.address_lines())
        if key == "M":
            return "ADDRESS", self.one(("\n", "\n", ",\n", "\n ")).join(self.address_lines())
        makers = {
            "P": ("PERSON", self.person), "G": ("PERSON", lambda: self.given(culture)),
            "S": ("PERSON", lambda: self.surname(culture)), "O": ("ORGANIZATION", self.organization),
            "L": ("LOCATION", self.place), "T": ("LOCATION", self.city), "C": ("LOCATION", lambda: self.one(COUNTRIES)),
            "W": (None, lambda: self.one(THINGS)), "N": (None, lambda: self.digits(self.rng.randint(2, 10))),
            "D": (None, lambda: self.one(("May 4", "12 March 2020", "2021-03-04", "Monday", "June 1999", "03/04/1988"))),
            "R": ("PERSON", lambda: " ".join(self.one(part) for part in OTHER_SCRIPTS[0])),
            "K": ("PERSON", lambda: " ".join(self.one(part) for part in OTHER_SCRIPTS[1])),
            "Z": ("PERSON", lambda: self.one(words.CJK_SURNAMES) + self.one(words.CJK_GIVEN)),
            "J": ("PERSON", lambda: self.one(words.JP_SURNAMES) + self.one(words.JP_GIVEN)),
            "E": ("PERSON", lambda: self.one(words.KR_NAMES)), "Y": ("LOCATION", lambda: self.one(words.CJK_PLACES)),
        }
        kind, make = makers[key]
        return kind, make()

    def fill(self, template):
        text, spans, at = "", [], 0
        for match in re.finditer(r"\{([A-Z])\}", template):
            text += template[at:match.start()]
            kind, value = self.filled(match.group(1))
            if kind:
                spans.append((kind, len(text), len(text) + len(value)))
            text += value
            at = match.end()
        return "synthetic", text + template[at:], spans

    def joined(self, docs, separator):
        text, spans = "", []
        for _, part, part_spans in docs:
            text += separator if text else ""
            spans += [(kind, start + len(text), end + len(text)) for kind, start, end in part_spans]
            text += part
        return "synthetic", text, spans

    def documents(self, n=16000):
        sentences = [row.replace("\\n", "\n").replace("\\t", "\t") for line in SENTENCES.split("\n") for row in line.split("|")]
        harmless = [row for line in HARMLESS.split("\n") for row in line.split("|")]
        for _ in range(n):
            docs = [self.fill(self.one(harmless if self.often(28) else sentences)) for _ in range(self.one((1, 1, 1, 2, 3)))]
            yield self.joined(docs, self.one((" ", " ", "\n", "\n\n")))
