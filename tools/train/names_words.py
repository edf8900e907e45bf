#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Word lists of the name model, written by hand: names of many cultures, places, companies, streets.

They serve twice: as the dictionary that ships inside the weights (which kinds a word is), and to
fill the sentences of names_data.py. ORDER NAMES_KIND with src/detect/names_parts.h.
"""
KIND_GIVEN, KIND_SURNAME, KIND_PLACE, KIND_COMPANY, KIND_STREET = 1, 2, 4, 8, 16
KIND_TITLE, KIND_COMMON, KIND_STOP, KIND_OTHER, KIND_TRIGGER = 32, 64, 128, 256, 512

# One culture a line: given names | surnames.
PEOPLE = {
    "english": ("""James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew
        Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Edward Ronald Timothy Jason Jeffrey
        Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Frank
        Alexander Raymond Patrick Jack Dennis Jerry Tyler Aaron Jose Adam Henry Nathan Douglas Zachary Peter Kyle
        Walter Ethan Jeremy Harold Keith Christian Roger Noah Gerald Carl Terry Sean Austin Arthur Lawrence Jesse
        Dylan Bryan Joe Jordan Billy Bruce Albert Willie Gabriel Logan Alan Juan Wayne Roy Ralph Randy Eugene Vincent
        Russell Louis Bobby Philip Johnny Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen
        Lisa Nancy Betty Margaret Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah
        Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen
        Samantha Katherine Christine Debra Rachel Carolyn Janet Catherine Maria Heather Diane Ruth Julie Olivia Joyce
        Virginia Victoria Kelly Lauren Christina Joan Evelyn Judith Megan Andrea Cheryl Hannah Jacqueline Martha
        Gloria Teresa Ann Sara Madison Frances Kathryn Janice Jean Abigail Alice Julia Judy Sophia Grace Denise Amber
        Doris Marilyn Danielle Beverly Isabella Theresa Diana Natalie Brittany Charlotte Marie Kayla Alexis Lori Liam
        Mason Elijah Oliver Lucas Aiden Jackson Levi Owen Caleb Luke Wyatt Julian Isaac Lincoln Hunter Connor Cameron
        Evan Gavin Adrian Colin Blake Cole Chase Dean Derek Dustin Brett Chad Craig Curtis Dale Darren Drew Earl
        Ernest Fred Glenn Gordon Graham Grant Greg Harry Howard Hugh Ian Ivan Jared Jay Jeff Jim Joel Josh Kurt Lee
        Leo Leonard Leon Lewis Lloyd Marcus Martin Marvin Matt Maurice Max Melvin Mike Mitchell Nathaniel Neil Nick
        Nigel Norman Oscar Perry Phil Rex Rick Rob Rodney Ron Ross Rupert Sam Seth Shane Simon Spencer Stanley Steve
        Stuart Ted Theodore Tim Todd Tom Tony Travis Trevor Troy Victor Wade Warren Wendell Zach Ava Mia Amelia Ella
        Scarlett Chloe Zoe Lily Aubrey Audrey Claire Lucy Stella Violet Hazel Naomi Leah Eleanor Molly Holly Paige
        Phoebe Brooke Faith Hope Ivy Jade Jasmine Jenna Jill Joanna Josephine Kate Katie Kim Kristen Leslie Lindsay
        Lucille Lynn Mandy Marcia Marjorie Maureen Miranda Monica Nora Penelope Penny Rose Roxanne Sally Sheila
        Sylvia Tammy Tara Tiffany Tina Tracy Vanessa Vera Veronica Vivian Wanda Wendy Yvonne Gwen Gemma Fiona Freya
        Imogen Isla Poppy Daisy Alfie Archie Callum Declan Euan Finlay Hamish Angus Malcolm Duncan Rory Siobhan Niamh
        Aoife Saoirse Ciara Sinead Eoin Oisin Cillian Padraig Rhys Gareth Dylan Bronwen Carys Megan Cheyenne Dakota
        Tamara Georgina Danny Mickey Debbie Kenny Ricky Andy Chris Alex Ben Dan Liz Beth Meg Jen Abby Vicky Sue Bob
        Bill Dave Ed Pete Nate Zack Jake Jaylee Deshawn Jamal Tyrone Latoya Keisha Malik Darnell Tamika Lakisha""",
                """Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee
        Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson
        Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook
        Rogers Morgan Cooper Peterson Reed Bailey Kelly Howard Cox Ward Richardson Watson Brooks Wood James Bennett
        Gray Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher
        Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Wallace Cole West Bryant Gibson Ellis
        Stevens Murray Ford Marshall Owens McDonald Harrison Kennedy Wells Woods Warren Mason Hunt Hicks Holmes Palmer
        Wagner Black Boyd Dixon Hunter Hawkins Shaw Burns Gordon Rice Robertson Henry Crawford Simpson Stone Porter
        Tucker Burke Dean Carroll Fox Spencer Hansen Webb Cunningham Bradley Lane Andrews Harper Weaver Greene
        Lawrence Elliott Chavez Sims Austin Peters Kelley Franklin Lawson Fields Ryan Carr Duncan Wheeler Chapman
        Oliver Montgomery Richards Williamson Johnston Banks Meyer Bishop McCoy Howell Morrison Hansen Garrett Burton
        Fuller Lynch Bates Hale Rhodes Pearson Newman Moss Steele Blake Curtis Armstrong Schofield Whitaker Ashworth
        Barlow Bentley Blackburn Bradshaw Broughton Carlisle Chadwick Clifford Dawson Eastwood Fletcher Gallagher
        Goodwin Hargreaves Hartley Haywood Hodgson Holloway Hutchinson Ingram Kirby Lambert Langley Mackenzie
        MacDonald MacLeod McCarthy McGregor McIntyre McKenzie McLaughlin McLean McMahon Middleton Nash Norris Norton
        O'Brien O'Connor O'Donnell O'Neill O'Sullivan Osborne Parsons Pickering Pritchard Quinn Radcliffe Ramsey
        Sinclair Stafford Sutherland Tate Thornton Townsend Underwood Vaughan Wainwright Whitehead Winters Yates
        Abbott Atkinson Barker Barrett Baxter Beck Berry Bird Booth Bowman Brady Brennan Buchanan Byrne Callahan
        Chambers Clarke Conway Daly Doyle Drake Dunn Farrell Finch Fitzgerald Flynn Forbes Frost Gilbert Glover
        Griffin Griffiths Hayes Higgins Hobbs Hopkins Hudson Jacobs Jarvis Kane Keane Kerr Knight Lloyd Lowe Lyons
        Marsh May Mills Nolan Nicholson Page Payne Pope Potter Power Reid Riley Rowe Sharp Swift Thorne Walsh
        Washington Jefferson Obama Trump Clinton Bush Biden Musk Gates Jobs Bezos Zuckerberg Ewing Pottinger Holt"""),
    "german": ("""Hans Klaus Jürgen Wolfgang Uwe Dieter Helmut Günter Horst Manfred Werner Stefan Andreas Thomas Matthias
        Torsten Jens Jörg Sebastian Tobias Florian Lukas Felix Maximilian Jonas Finn Niklas Moritz Fritz Karl Otto Heinz
        Heinrich Friedrich Wilhelm Ludwig Ernst Kurt Anke Birgit Ursula Renate Monika Petra Sabine Heike Ingrid Gisela
        Brigitte Helga Anja Silke Katrin Claudia Stefanie Sandra Nadine Lena Leonie Greta Frieda Johanna Lieselotte
        Gudrun Ulrike Bettina Annika Franziska Jana Lotte Mathilda Elke Dirk Frank Ralf Bernd Gerhard Rainer Volker
        Holger Detlef Sven Kai Marko Björn Carsten Henning""",
               """Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter
        Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause
        Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz
        Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann
        Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer
        Groß Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch
        Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Merkel Scholz Habeck Lindner Eberhardt Rosenthal Goldberg"""),
    "french": ("""Jean Pierre Michel André Philippe Alain Bernard Jacques Daniel Nicolas Christophe Laurent Frédéric
        Sébastien Stéphane Olivier Thierry Pascal Éric Julien Antoine Guillaume Mathieu Maxime Alexandre Thomas Hugo
        Léo Louis Gabriel Raphaël Arthur Jules Lucas Théo Étienne François Gérard Hervé Yves Luc Benoît Cédric
        Dominique Marie Nathalie Isabelle Sylvie Catherine Françoise Monique Martine Valérie Christine Sandrine
        Véronique Céline Aurélie Émilie Élodie Camille Chloé Manon Léa Inès Juliette Louise Jade Margaux Amélie
        Élise Hélène Geneviève Odile Colette Brigitte Solène Mathilde Delphine Clémence Anaïs""",
               """Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel
        Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François
        Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu
        Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire
        Duval Joly Gautier Roger Roche Roy Noël Meyer Lucas Meunier Jean Marchand Dufour Blanchard Marie Barbier
        Brun Dumas Brunet Schmitt Leroux Colin Fernandez Renard Arnaud Rolland Caron Aubert Giraud Leclerc Vidal
        Bourgeois Renaud Lemoine Picard Gaillard Philippe Macron Sarkozy Hollande Beauchamp Tremblay Gagnon Turgeon
        Bouchard Côté Pelletier Lavoie Bélanger"""),
    "spanish": ("""José Juan Antonio Manuel Francisco Luis Javier Miguel Carlos Alejandro Jesús Pedro Ángel Rafael
        Fernando Daniel Pablo Sergio Jorge Alberto Álvaro Diego Adrián Raúl Enrique Ramón Vicente Iván Rubén Óscar
        Andrés Joaquín Santiago Eduardo Víctor Roberto Jaime Mario Ignacio Alfonso Salvador Ricardo Emilio Hugo Julio
        Guillermo Gonzalo Mateo Sebastián Emiliano Leonel Esteban Ernesto Gustavo Héctor Arturo Felipe César Rodrigo
        María Carmen Ana Isabel Dolores Pilar Josefa Teresa Rosa Cristina Laura Antonia Mercedes Elena Marta Lucía
        Paula Sofía Valentina Camila Gabriela Daniela Mariana Ximena Guadalupe Juana Rocío Beatriz Silvia Raquel
        Patricia Alejandra Verónica Leticia Margarita Yolanda Inés Alicia Consuelo Esperanza Marisol Lourdes Graciela
        Fernanda Renata Regina Catalina Julieta Martina Itziar Nerea Ainhoa Jordi Xavier Montserrat Núria""",
                """García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez
        Díaz Cruz Morales Reyes Gutiérrez Ortiz Ramos Ruiz Álvarez Mendoza Vásquez Castillo Jiménez Moreno Romero
        Herrera Medina Aguilar Vargas Castro Fernández Guzmán Muñoz Salazar Garza Soto Vázquez Alvarado Delgado Peña
        Contreras Guerrero Ríos Estrada Ortega Luna Rojas Navarro Cervantes Ibarra Molina Serrano Blanco Suárez
        Iglesias Domínguez Vidal Cortés Santana Cabrera Campos Vega Fuentes Carrasco Marín Núñez Ibáñez Pascual
        Herrero Gallego Lozano Cano Prieto Méndez Calvo Gil Santos Lorenzo Hidalgo Montero Mora Durán Pastor Velasco
        Bravo Acosta Escobar Figueroa Maldonado Quintero Zamora Espinoza Sandoval Trujillo Villanueva Zapata Dávila
        Correa Cardona Restrepo Arango Bolaños Benítez Ledesma Quiroga Echeverría Etxeberria Puig Ferrer Soler"""),
    "portuguese": ("""João José António Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Daniel Marcelo
        Bruno Eduardo Felipe Rodrigo Gustavo Thiago Tiago Diogo Gonçalo Rui Nuno Vasco Duarte Joaquim Mateus Vinícius
        Leandro Fábio Renato Caio Otávio Murilo Henrique Maria Ana Francisca Antônia Adriana Juliana Márcia Fernanda
        Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Beatriz
        Larissa Rafaela Raquel Helena Luiza Isabela Joana Inês Catarina Margarida Matilde Leonor Eusebio""",
                   """Silva Santos Oliveira Souza Sousa Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins
        Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques
        Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Pinto Cavalcanti Monteiro Correia
        Azevedo Campos Melo Barros Borges Cunha Moura Batista Duarte Tavares Fonseca Figueiredo Coelho Antunes Neves
        Guimarães Matos Magalhães Pires Amaral Faria Brito Nogueira Sampaio Bolsonaro Rousseff"""),
    "italian": ("""Giuseppe Giovanni Antonio Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco Domenico
        Bruno Paolo Michele Giorgio Aldo Sergio Luciano Andrea Marco Alessandro Matteo Lorenzo Leonardo Davide Simone
        Federico Riccardo Stefano Roberto Fabio Massimo Enrico Gianluca Tommaso Edoardo Giacomo Nicola Filippo Maria
        Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta Giulia Chiara Sara
        Martina Aurora Alessia Elisa Valentina Federica Silvia Elena Paola Laura Roberta Simona Barbara Ilaria
        Beatrice Ginevra Bianca Ludovica Serena Giorgia""",
                """Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti DeLuca
        Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli
        Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola Marchetti Parisi Villa Conte Ferraro
        Ferri Fabbri Bianco Marini Grasso Valentini Messina Sala Gatti Pellegrini Palumbo Sanna Farina Rizzi Monti
        Cattaneo Morelli Amato Silvestri Mazza Testa Grassi Pellegrino Carbone Giuliani Benedetti Barone Berlusconi
        Rossetti Caputo Montanari Guerra Palmieri Bernardi Martino Fiore Basile Bellini Meloni"""),
    "dutch": ("""Jan Johannes Cornelis Hendrik Willem Pieter Gerrit Jacobus Dirk Jeroen Bas Sander Maarten Joris Daan Sem
        Milan Levi Luuk Bram Thijs Ruben Stijn Lars Teun Gijs Koen Wouter Joost Ruud Arjen Wim Henk Kees Piet Maria
        Johanna Anna Cornelia Wilhelmina Elisabeth Sanne Lotte Femke Anouk Fleur Iris Lieke Maud Roos Saar Tess Eva
        Marieke Marloes Annemarie Ingrid Esther Ilse Mieke Griet""",
              """DeJong Jansen Bakker Janssen Visser Smit Meijer Mulder Bos Vos Peters Hendriks VanDijk VanDenBerg Dekker
        Brouwer DeWit Dijkstra Smits DeGraaf Meer Kok Jacobs Vermeulen Schouten Hoekstra Koster Prins Blom Huisman
        Postma Kuijpers Veenstra Kramer Scholten Willems Timmermans Groen Gerritsen Boer Maas Verhoeven Nijeboer
        Peeters Maes Mertens Claes Wouters Goossens DeSmet Claeys Voet Rutte Wilders"""),
    "nordic": ("""Lars Anders Erik Karl Per Nils Johan Mikael Olof Fredrik Magnus Henrik Gustav Axel Viktor Oskar Emil
        Björn Sven Håkan Göran Stig Jens Søren Mads Rasmus Kasper Niels Jørgen Ole Morten Knut Bjørn Odd Arne Kåre
        Øyvind Trond Espen Mikko Juhani Matti Pekka Antti Jari Timo Kari Ville Jukka Eero Aleksi Anna Eva Karin
        Kristina Birgitta Elisabet Ingrid Astrid Linnea Elsa Maja Freja Ida Mette Kirsten Hanne Inger Solveig Marit
        Ingeborg Tone Silje Aino Helmi Kaisa Päivi Tuula Riitta Minna Sanna Anneli Jón Sigurður Guðrún Ragnar Leif""",
               """Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson
        Jonsson Jansson Hansson Bengtsson Lindberg Lindström Lindqvist Lundgren Bergström Sandberg Nyström Holm
        Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Eriksen Haugen Berg Dahl
        Nielsen Christensen Rasmussen Sørensen Jørgensen Madsen Thomsen Møller Knudsen Poulsen Korhonen Virtanen
        Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Salminen Heinonen Niemi
        Ukkonen Kapanen Paavolainen Thunberg Ericsson Einarsson Jónsdóttir Sigurðsson Lund Solberg Stoltenberg"""),
    "slavic": ("""Ivan Vladimir Sergei Sergey Dmitri Dmitry Alexei Alexey Andrei Mikhail Nikolai Pavel Oleg Igor Yuri Boris
        Viktor Konstantin Maxim Anton Roman Ruslan Vadim Stanislav Kirill Artem Ilya Yevgeny Grigory Fyodor Olga
        Natalia Natasha Tatiana Svetlana Irina Elena Ekaterina Anastasia Galina Ludmila Oksana Yulia Ksenia Daria
        Polina Alina Larisa Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Józef Marcin Marek Michał Grzegorz Jerzy
        Tadeusz Adam Łukasz Zbigniew Ryszard Kazimierz Dariusz Mariusz Wojciech Jakub Mateusz Kamil Dawid Bartosz
        Katarzyna Małgorzata Agnieszka Krystyna Barbara Ewa Elżbieta Zofia Teresa Magdalena Joanna Janina Monika Danuta
        Jadwiga Aleksandra Beata Dorota Jiří Jaroslav Zdeněk Václav Petr Miroslav František Ladislav Ondřej Tomáš
        Lukáš Jakub Vojtěch Radek Jana Hana Lenka Kateřina Lucie Věra Alena Tereza Zuzana Marko Nikola Stefan Luka
        Dragan Milan Goran Zoran Slobodan Novak Časlav Marija Ana Jelena Ivana Milica Snežana Petra Maja Kalman István
        László Zoltán Attila Ferenc Gábor Sándor Katalin Ilona Zsuzsanna Ágnes Volodymyr Oleksandr Andriy Bohdan Taras
        Mykola Iryna Olena Nadiya Ion Gheorghe Mihai Andrei Elena Ioana Cristian Bogdan Radu Florin""",
               """Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Novikov Fedorov Morozov Volkov Alekseev
        Lebedev Semenov Egorov Pavlov Kozlov Stepanov Nikolaev Orlov Andreev Makarov Nikitin Zakharov Zaitsev Solovyov
        Borisov Yakovlev Grigoriev Romanov Vorobyov Putin Medvedev Gorbachev Yeltsin Ivanova Petrova Smirnova Kuznetsova
        Sokolova Popova Volkova Morozova Kovalev Isayev Kharlamova Nowak Kowalski Kowalska Wiśniewski Wiśniewska
        Wójcik Kowalczyk Kamiński Lewandowski Lewandowska Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski
        Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król
        Wieczorek Jabłoński Wróbel Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný
        Marek Pospíšil Hájek Jelínek Král Růžička Beneš Fiala Sedláček Zeman Havel Novotná Dvořáková Horvat Kovačević
        Babić Marić Jurić Novak Kovačić Knežević Vuković Marković Petrović Jovanović Nikolić Đorđević Pavlović
        Stojanović Ilić Milošević Novosel Galić Mikolčić Modrić Horváth Nagy Kovács Tóth Szabó Kiss Molnár Németh
        Farkas Balogh Papp Takács Juhász Orbán Popescu Ionescu Popa Radu Dumitru Stan Shevchenko Kovalenko Bondarenko
        Tkachenko Kravchenko Boyko Melnyk Zelensky Dimitrov Georgiev Ivanova Todorov"""),
    "greek_turkish": ("""Giorgos Dimitris Konstantinos Yannis Nikos Christos Panagiotis Vasilis Spyros Stavros Eleni Katerina
        Sofia Despina Georgia Vasiliki Ioanna Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Murat Yusuf Ömer Emre Burak
        Can Cem Deniz Kemal Orhan Recep Serkan Tolga Volkan Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Merve
        Selin Esra Büşra Gizem Sibel Aylin Defne""",
                      """Papadopoulos Papadakis Georgiou Nikolaidis Dimitriou Vasileiou Ioannou Christodoulou Konstantinou
        Pappas Angelopoulos Makris Economou Tsipras Mitsotakis Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk
        Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Erdoğan Polat Korkmaz Aksoy Güneş"""),
    "arabic": ("""Mohammed Muhammad Mohamed Ahmed Ali Omar Hassan Hussein Ibrahim Khalid Abdullah Abdul Youssef Yusuf Mahmoud
        Mustafa Karim Tariq Samir Nabil Walid Faisal Saeed Salim Rashid Jamal Hamza Bilal Zaid Amir Anwar Bashir Farid
        Hakim Imad Jamil Kamal Majid Munir Nasser Osama Qasim Rami Sami Tarek Usman Waleed Yasin Ziad Fatima Aisha
        Khadija Maryam Layla Leila Noor Nour Zahra Amina Hana Salma Yasmin Rania Dina Huda Iman Jamila Karima Latifa
        Mona Nadia Rana Samira Sana Shirin Zainab Hala Reem Reza Hossein Mehdi Amirhossein Shirin Parisa Farhad Bahram
        Cyrus Dariush Nasrin Maryam Golnaz""",
               """Al-Sayed Al-Farsi Al-Masri Haddad Khoury Nasser Mansour Saleh Hamdan Khalil Ibrahim Hassan Hussein Abdullah
        Rahman Aziz Qureshi Farouk Shaheen Sabbagh Najjar Darwish Awad Barakat Ghanem Habib Hariri Jaber Kassem Masri
        Nassar Odeh Rashid Salem Shami Taha Tamer Zaki Ziadeh Benali Bouazza Benjelloun Ait Mansouri El-Sayed Fawzi
        Hosseini Ahmadi Mohammadi Rezaei Karimi Moradi Jafari Tehrani Khomeini Rouhani Assad Mubarak Hamed"""),
    "indian": ("""Aarav Arjun Aditya Vivaan Rohan Rahul Raj Rajesh Ramesh Suresh Mahesh Ganesh Sanjay Vijay Ajay Anil Sunil
        Amit Sumit Ankit Rohit Mohit Nikhil Varun Karan Kiran Manish Ashok Vinod Pradeep Sandeep Deepak Dinesh Naveen
        Praveen Prakash Ravi Krishna Gopal Hari Mohan Sachin Saurabh Gaurav Vikram Vivek Abhishek Akash Ishaan Kabir
        Siddharth Arvind Harish Murali Senthil Karthik Balaji Venkatesh Srinivas Satish Narendra Priya Pooja Neha Anjali
        Kavita Sunita Anita Rekha Meena Lakshmi Radha Sita Gita Geeta Asha Usha Nisha Ritu Shreya Ananya Aadhya Diya
        Isha Kavya Divya Deepa Swati Sneha Shweta Rashmi Vidya Vandana Sushma Padma Parvati Indira Aishwarya Preeti
        Jyoti Manpreet Harpreet Gurpreet Simran Imran Salman Shahid Asif Farhan Zubair Nadeem Ayesha Sana Saba""",
               """Sharma Verma Gupta Singh Kumar Patel Shah Mehta Desai Joshi Agarwal Bansal Jain Kapoor Khanna Malhotra
        Chopra Bhatia Arora Sethi Gill Dhillon Sandhu Grewal Reddy Rao Naidu Iyer Iyengar Nair Menon Pillai Krishnan
        Subramanian Venkataraman Raman Swaminathan Mukherjee Banerjee Chatterjee Bose Ghosh Das Dutta Sen Roy Chakraborty
        Bhattacharya Mishra Tiwari Pandey Dubey Shukla Trivedi Chaturvedi Dwivedi Yadav Chauhan Rathore Thakur Kulkarni
        Deshpande Deshmukh Patil Pawar Gaikwad Jadhav Shinde Naik Kamath Shetty Hegde Gowda Murthy Khan Ansari Siddiqui
        Qureshi Hussain Chaudhry Malik Mirza Sheikh Begum Fernando Perera Silva Bandara Jayawardena Gandhi Nehru Modi"""),
    "chinese": ("""Wei Fang Na Xiuying Min Jing Li Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiulan Xia Ping Gang Guiying
        Hui Hong Bin Bo Chen Cheng Dan Feng Guo Hai Hao Hua Jian Jiahao Jiayi Kai Lan Liang Lin Ling Long Mei Meiling
        Ning Peng Qiang Qing Rong Rui Shan Shu Siyu Ting Wen Wenjie Xiao Xiaoming Xin Xue Ya Yi Ying Yifan Yu Yuan Yue
        Yun Zhen Zheng Zhi Zhiwei Zihan Zixuan Haoran Yichen Yuxuan Guowei Jianhua""",
                """Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song
        Tang Deng Han Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Lü
        Zhong Cui Tan Fan Jin Shi Liao Jia Xia Fu Fang Bai Zou Meng Xiong Qin Qiu Hou Jiang Xue Yan Lei Hao Kong Mao
        Chan Wong Cheung Leung Lau Ng Ho Lam Kwok Yip Tse Chow Fung Tsang Yeung Lim Ong Teo Goh Koh Chua Xi"""),
    "japanese": ("""Hiroshi Takashi Kenji Satoshi Makoto Yuki Haruto Sota Yuto Ren Hayato Daiki Kaito Riku Takumi Kazuki Shota
        Kenta Naoki Tatsuya Akira Shinji Koji Masaru Minoru Noboru Osamu Ryo Shigeru Susumu Tadashi Toshiro Yoshio
        Yutaka Ichiro Jiro Kenichi Shinzo Yoko Keiko Sachiko Kazuko Hiroko Noriko Yumiko Tomoko Emi Aiko Akiko Ayumi
        Chiyo Hana Haruka Hinata Hitomi Kana Kaori Mai Mariko Megumi Michiko Misaki Miyuki Naoko Rei Reiko Sakura
        Sayuri Shizuka Yui Yuko Yukiko Yumi Aoi Rin Mio Asuka""",
                 """Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi
        Matsumoto Inoue Kimura Hayashi Shimizu Saito Yamazaki Mori Abe Ikeda Hashimoto Ishikawa Ogawa Maeda Okada
        Hasegawa Fujita Goto Kondo Murakami Endo Aoki Sakamoto Nishimura Fukuda Ota Miura Fujiwara Okamoto Matsuda
        Nakajima Harada Nakano Ono Tamura Takeuchi Kaneko Wada Nakayama Ishida Ueda Morita Hara Shibata Sakai Kudo
        Yokoyama Miyazaki Miyamoto Uchida Takagi Ando Taniguchi Ohno Maruyama Imai Fujimoto Murata Takeda Ueno Sugiyama
        Koizumi Kishida Toyoda Honda Koumura Kurosawa"""),
    "korean_se_asian": ("""Min-jun Seo-jun Ji-hoon Ji-min Hyun-woo Sung-ho Young-ho Jae-hyun Dong-hyun Joon Minho Jiho Seo-yeon
        Ji-woo Min-seo Soo-jin Eun-ji Hye-jin Yuna Soyeon Jisoo Minji Nguyen Anh Minh Hung Dung Tuan Duc Quang Hieu Long
        Nam Son Thanh Trung Viet Lan Mai Linh Huong Thao Trang Phuong Ngoc Hoa Thuy Somchai Somsak Anong Kanya Malee
        Niran Prasert Siriporn Supaporn Agus Budi Joko Slamet Eko Dewi Sri Siti Putri Rina Wulan Ratna Bambang Hendra
        Rizal Aziz Nurul Aminah Juan Jose Rizalino Maricel Jhon Jomar Analyn Rowena Cherry Bayani""",
                        """Kim Lee Park Choi Jung Jeong Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Yoo Hong Jeon
        Moon Bae Baek Nam Nguyen Tran Le Pham Hoang Huynh Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly Saetang Suwan
        Wongsawat Chaiyaporn Srisai Thongchai Suharto Sukarno Widodo Wijaya Santoso Setiawan Susanto Hidayat Kusuma
        Nugroho Pratama Saputra Hartono Gunawan dela-Cruz Bautista Ocampo Aquino Marcos Villanueva Mercado Duterte"""),
    "african": ("""Kwame Kofi Kwesi Yaw Akua Ama Abena Efua Adwoa Chinedu Chukwuma Emeka Ifeanyi Obinna Uche Nnamdi Ikenna Ngozi
        Chioma Adaeze Amaka Ifeoma Nneka Chiamaka Oluwaseun Babatunde Olumide Adebayo Ayodele Femi Kayode Segun Tunde
        Folake Yetunde Bolanle Funmilayo Titilayo Aminu Musa Sani Abubakar Ibrahim Zainab Amadou Mamadou Ousmane Cheikh
        Moussa Aminata Fatou Mariama Awa Kamau Mwangi Njoroge Otieno Ochieng Wanjiku Wambui Achieng Akinyi Nyambura
        Juma Baraka Jabari Neema Thabo Sipho Mandla Themba Bongani Lerato Naledi Nomsa Thandiwe Zanele Tendai Tatenda
        Farai Chipo Rudo Abebe Bekele Tesfaye Haile Almaz Tigist Hiwot Selam Pieter Johan Hendrik Tariro""",
                """Mensah Owusu Osei Asante Boateng Appiah Agyeman Annan Nkrumah Okafor Okonkwo Eze Nwosu Obi Okoro Nwachukwu
        Chukwu Adeyemi Adebayo Ogunleye Olawale Balogun Bakare Afolabi Akinola Adesina Bello Abubakar Danjuma Yusuf Buhari
        Diallo Traoré Diop Ndiaye Sow Fall Ba Cissé Touré Keita Coulibaly Koné Ouattara Camara Sylla Kamau Mwangi Odhiambo
        Otieno Kimani Kariuki Mutua Wafula Kiprono Kipchoge Kenyatta Odinga Njoroge Nkosi Dlamini Zulu Khumalo Mokoena
        Ndlovu Sithole Moyo Ncube Mandela Mbeki Zuma Ramaphosa Botha Pretorius VanDerMerwe Coetzee Tesfaye Bekele Abebe
        Haile Gebremariam Mugabe Chikwanha Banda Phiri Mutasa Kagame Museveni"""),
    "hebrew": ("""Avi Yosef Moshe David Yitzhak Yaakov Shlomo Eitan Noam Itai Omer Uri Yonatan Ariel Lior Tamir Gal Noa Tamar
        Shira Yael Maya Adi Talia Rivka Rachel Miriam Esther Chaya Shoshana Hadas Michal Ayelet""",
               """Cohen Levy Mizrahi Peretz Biton Dahan Avraham Friedman Malka Azoulay Katz Yosef David Amar Ohayon Hadad
        Gabay BenDavid Adler Shapiro Goldstein Rosenberg Weiss Segal Klein Netanyahu Kaplan Levin Bernstein Epstein"""),
}

NAME_PARTICLES = "van de der den von zu la le del di da dos das el al bin ibn ben ter ten du des y e".split()

# Scripts other than Latin: whole names as people write them.
PEOPLE_OTHER = {
    "cyrillic": ("""Иван Сергей Дмитрий Алексей Андрей Михаил Николай Павел Олег Игорь Юрий Борис Виктор Максим Антон Роман
        Ольга Наталья Татьяна Светлана Ирина Елена Екатерина Анастасия Галина Людмила Юлия Мария Дарья Анна
        Тарас Богдан Олександр Оксана Марія""",
                 """Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Федоров Морозов Волков Лебедев
        Козлов Орлов Макаров Зайцев Иванова Петрова Смирнова Кузнецова Соколова Волкова Шевченко Коваленко Бондаренко"""),
    "greek": ("""Γιώργος Δημήτρης Κωνσταντίνος Γιάννης Νίκος Χρήστος Παναγιώτης Μαρία Ελένη Κατερίνα Σοφία Αγγελική Γεωργία""",
              """Παπαδόπουλος Παπαδάκης Γεωργίου Νικολαΐδης Δημητρίου Βασιλείου Ιωάννου Αγγελόπουλος Μακρής Οικονόμου"""),
}
CJK_SURNAMES = "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗".split()
CJK_GIVEN = "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 建国 志强 小明 美玲 文杰 子涵 宇轩 浩然".split()
JP_SURNAMES = "佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 小林 加藤 吉田 山田 佐々木 松本 井上".split()
JP_GIVEN = "太郎 花子 健一 翔太 美咲 陽菜 大輔 直樹 恵子 由美 さくら 一郎".split()
KR_NAMES = "김민준 이서연 박지훈 최수진 정현우 강지민 조은지 윤서준 장미란 임재현 한지우 오세훈".split()
CJK_PLACES = "北京 上海 广州 深圳 成都 杭州 南京 武汉 西安 中国 日本 东京 東京 大阪 京都 横浜 名古屋 札幌 서울 부산 대구 인천 한국".split()

COUNTRIES = """Afghanistan;Albania;Algeria;Andorra;Angola;Argentina;Armenia;Australia;Austria;Azerbaijan;Bahamas;Bahrain;
Bangladesh;Barbados;Belarus;Belgium;Belize;Benin;Bhutan;Bolivia;Bosnia and Herzegovina;Botswana;Brazil;Brunei;Bulgaria;
Burkina Faso;Burundi;Cambodia;Cameroon;Canada;Cape Verde;Chad;Chile;China;Colombia;Comoros;Congo;Costa Rica;Croatia;Cuba;
Cyprus;Czech Republic;Denmark;Djibouti;Dominica;Dominican Republic;Ecuador;Egypt;El Salvador;Eritrea;Estonia;Ethiopia;
Fiji;Finland;France;Gabon;Gambia;Germany;Ghana;Greece;Grenada;Guatemala;Guinea;Guyana;Haiti;Honduras;Hungary;Iceland;
India;Indonesia;Iran;Iraq;Ireland;Israel;Italy;Ivory Coast;Jamaica;Japan;Jordan;Kazakhstan;Kenya;Kiribati;Kosovo;Kuwait;
Kyrgyzstan;Laos;Latvia;Lebanon;Lesotho;Liberia;Libya;Liechtenstein;Lithuania;Luxembourg;Macedonia;Madagascar;Malawi;
Malaysia;Maldives;Mali;Malta;Mauritania;Mauritius;Mexico;Moldova;Monaco;Mongolia;Montenegro;Morocco;Mozambique;Myanmar;
Namibia;Nauru;Nepal;Netherlands;New Zealand;Nicaragua;Niger;Nigeria;North Korea;Norway;Oman;Pakistan;Palau;Panama;
Papua New Guinea;Paraguay;Peru;Philippines;Poland;Portugal;Qatar;Romania;Russia;Rwanda;Samoa;San Marino;Saudi Arabia;
Senegal;Serbia;Seychelles;Sierra Leone;Singapore;Slovakia;Slovenia;Solomon Islands;Somalia;South Africa;South Korea;
South Sudan;Spain;Sri Lanka;Sudan;Suriname;Swaziland;Sweden;Switzerland;Syria;Taiwan;Tajikistan;Tanzania;Thailand;Togo;
Tonga;Trinidad and Tobago;Tunisia;Turkey;Turkmenistan;Tuvalu;Uganda;Ukraine;United Arab Emirates;United Kingdom;
United States;United States of America;Uruguay;Uzbekistan;Vanuatu;Venezuela;Vietnam;Yemen;Zambia;Zimbabwe;USA;UK;UAE;
England;Scotland;Wales;Northern Ireland;Great Britain;Britain;Hong Kong;Puerto Rico;Greenland;Palestine;Deutschland;
Frankreich;Österreich;Schweiz;España;Italia;Brasil;México;Polska;Nederland;Belgique;Suisse;Allemagne;Danmark;Norge;Sverige;
Suomi;Türkiye;Россия;Украина;Ελλάδα;Soviet Union;Yugoslavia;Czechoslovakia;People's Republic of China"""

CITIES = """London;Paris;Berlin;Madrid;Rome;Vienna;Lisbon;Dublin;Brussels;Amsterdam;Copenhagen;Stockholm;Oslo;Helsinki;Warsaw;
Prague;Budapest;Bucharest;Sofia;Athens;Istanbul;Ankara;Moscow;Saint Petersburg;Kyiv;Kiev;Minsk;Riga;Vilnius;Tallinn;Zagreb;
Belgrade;Sarajevo;Ljubljana;Bratislava;Zurich;Zürich;Geneva;Bern;Basel;Munich;München;Hamburg;Frankfurt;Cologne;Köln;
Stuttgart;Düsseldorf;Leipzig;Dresden;Hannover;Nuremberg;Bremen;Dortmund;Essen;Bonn;Mannheim;Karlsruhe;Freiburg;Heidelberg;
Potsdam;Kassel;Lübeck;Rostock;Salzburg;Graz;Innsbruck;Linz;Milan;Milano;Naples;Napoli;Turin;Torino;Florence;Firenze;Venice;
Venezia;Bologna;Genoa;Palermo;Verona;Bari;Catania;Padova;Trieste;Pisa;Barcelona;Valencia;Seville;Sevilla;Zaragoza;Málaga;
Bilbao;Granada;Murcia;Alicante;Córdoba;Valladolid;Salamanca;Toledo;San Sebastián;Porto;Coimbra;Braga;Faro;Lyon;Marseille;
Toulouse;Nice;Nantes;Strasbourg;Bordeaux;Lille;Rennes;Grenoble;Dijon;Montpellier;Reims;Toulon;Rotterdam;The Hague;Utrecht;
Eindhoven;Groningen;Maastricht;Leiden;Delft;Haarlem;Antwerp;Ghent;Bruges;Liège;Leuven;Manchester;Birmingham;Liverpool;Leeds;
Sheffield;Bristol;Newcastle;Nottingham;Leicester;Oxford;Cambridge;Edinburgh;Glasgow;Aberdeen;Dundee;Cardiff;Swansea;Belfast;
Brighton;Southampton;Portsmouth;Plymouth;Exeter;York;Bath;Norwich;Coventry;Derby;Hull;Bradford;Croydon;Cork;Galway;Limerick;
Gothenburg;Malmö;Uppsala;Bergen;Trondheim;Aarhus;Odense;Tampere;Turku;Espoo;Kraków;Krakow;Łódź;Wrocław;Poznań;Gdańsk;
Katowice;Lublin;Brno;Ostrava;Plzeň;Debrecen;Szeged;Cluj;Timișoara;Plovdiv;Varna;Thessaloniki;Izmir;Odessa;Kharkiv;Lviv;
New York;New York City;NYC;Los Angeles;Chicago;Houston;Phoenix;Philadelphia;San Antonio;San Diego;Dallas;San Jose;Austin;
Jacksonville;Fort Worth;Columbus;Charlotte;San Francisco;Indianapolis;Seattle;Denver;Washington;Boston;El Paso;Nashville;
Detroit;Oklahoma City;Portland;Las Vegas;Memphis;Louisville;Baltimore;Milwaukee;Albuquerque;Tucson;Fresno;Sacramento;
Kansas City;Mesa;Atlanta;Omaha;Colorado Springs;Raleigh;Miami;Virginia Beach;Oakland;Minneapolis;Tulsa;Tampa;Arlington;
New Orleans;Wichita;Cleveland;Bakersfield;Aurora;Anaheim;Honolulu;Santa Ana;Riverside;Corpus Christi;Lexington;Stockton;
Saint Paul;St. Louis;Cincinnati;Pittsburgh;Greensboro;Anchorage;Plano;Lincoln;Orlando;Irvine;Newark;Toledo;Durham;Chula Vista;
Fort Wayne;Jersey City;St. Petersburg;Laredo;Madison;Chandler;Buffalo;Lubbock;Scottsdale;Reno;Glendale;Gilbert;
Winston-Salem;North Las Vegas;Norfolk;Chesapeake;Garland;Irving;Hialeah;Fremont;Boise;Richmond;Baton Rouge;Spokane;
Des Moines;Tacoma;San Bernardino;Modesto;Fontana;Santa Clarita;Oxnard;Fayetteville;Moreno Valley;Rochester;Yonkers;
Huntington Beach;Salt Lake City;Grand Rapids;Amarillo;Little Rock;Akron;Montgomery;Huntsville;Knoxville;Worcester;Brownsville;
Providence;Santa Rosa;Chattanooga;Tempe;Springfield;Salem;Eugene;Brooklyn;Manhattan;Queens;Bronx;Harlem;Hollywood;
Beverly Hills;Palo Alto;Mountain View;Sunnyvale;Cupertino;Berkeley;Pasadena;Evanston;Hoboken;Toronto;Montreal;Montréal;
Vancouver;Calgary;Edmonton;Ottawa;Winnipeg;Quebec;Québec;Hamilton;Halifax;Saskatoon;Regina;Mississauga;Mexico City;
Guadalajara;Monterrey;Tijuana;Puebla;Cancún;Oaxaca;Mérida;Querétaro;Havana;San Juan;Santo Domingo;Kingston;Port-au-Prince;
Bogotá;Medellín;Cali;Cartagena;Caracas;Quito;Guayaquil;Lima;Cusco;La Paz;Santiago;Valparaíso;Buenos Aires;Rosario;Mendoza;
Montevideo;Asunción;São Paulo;Rio de Janeiro;Brasília;Salvador;Fortaleza;Belo Horizonte;Curitiba;Recife;Porto Alegre;Manaus;
Belém;Goiânia;Campinas;Florianópolis;Santos;Tokyo;Osaka;Kyoto;Yokohama;Nagoya;Sapporo;Fukuoka;Kobe;Hiroshima;Sendai;
Seoul;Busan;Incheon;Daegu;Pyongyang;Beijing;Shanghai;Guangzhou;Shenzhen;Chengdu;Chongqing;Tianjin;Wuhan;Hangzhou;Nanjing;
Xi'an;Suzhou;Qingdao;Dalian;Harbin;Kunming;Taipei;Kaohsiung;Macau;Mumbai;Bombay;Delhi;New Delhi;Bangalore;Bengaluru;
Hyderabad;Chennai;Madras;Kolkata;Calcutta;Pune;Ahmedabad;Jaipur;Lucknow;Kanpur;Nagpur;Indore;Bhopal;Patna;Surat;Kochi;
Gurgaon;Gurugram;Noida;Chandigarh;Coimbatore;Mysore;Goa;Varanasi;Agra;Amritsar;Karachi;Lahore;Islamabad;Rawalpindi;Peshawar;
Dhaka;Chittagong;Colombo;Kathmandu;Bangkok;Chiang Mai;Phuket;Hanoi;Ho Chi Minh City;Saigon;Da Nang;Jakarta;Surabaya;Bandung;
Bali;Denpasar;Manila;Cebu;Davao;Quezon City;Makati;Kuala Lumpur;Penang;Johor Bahru;Yangon;Phnom Penh;Vientiane;Dubai;
Abu Dhabi;Doha;Riyadh;Jeddah;Mecca;Medina;Kuwait City;Manama;Muscat;Baghdad;Basra;Mosul;Tehran;Isfahan;Shiraz;Tabriz;Kabul;
Kandahar;Damascus;Aleppo;Homs;Beirut;Tripoli;Amman;Jerusalem;Tel Aviv;Haifa;Gaza;Ramallah;Cairo;Alexandria;Giza;Khartoum;
Addis Ababa;Nairobi;Mombasa;Kampala;Kigali;Dar es Salaam;Dodoma;Lagos;Abuja;Kano;Ibadan;Accra;Kumasi;Abidjan;Dakar;Bamako;
Ouagadougou;Casablanca;Rabat;Marrakesh;Fez;Tangier;Algiers;Oran;Tunis;Benghazi;Johannesburg;Cape Town;Durban;Pretoria;
Port Elizabeth;Bloemfontein;Soweto;Harare;Bulawayo;Lusaka;Maputo;Luanda;Kinshasa;Windhoek;Gaborone;Antananarivo;Sydney;
Melbourne;Brisbane;Perth;Adelaide;Canberra;Hobart;Darwin;Gold Coast;Cairns;Auckland;Wellington;Christchurch;Dunedin;Queenstown;
Tbilisi;Yerevan;Baku;Tashkent;Almaty;Astana;Bishkek;Ulaanbaatar;Vladivostok;Novosibirsk;Yekaterinburg;Kazan;Sochi;
Reykjavik;Luxembourg City;Monte Carlo;Valletta;Nicosia;Москва;Киев;Санкт-Петербург;Αθήνα;Θεσσαλονίκη;Ferguson;Sandy Hook"""

REGIONS = """Alabama;Alaska;Arizona;Arkansas;California;Colorado;Connecticut;Delaware;Florida;Georgia;Hawaii;Idaho;Illinois;
Indiana;Iowa;Kansas;Kentucky;Louisiana;Maine;Maryland;Massachusetts;Michigan;Minnesota;Mississippi;Missouri;Montana;Nebraska;
Nevada;New Hampshire;New Jersey;New Mexico;North Carolina;North Dakota;Ohio;Oklahoma;Oregon;Pennsylvania;Rhode Island;
South Carolina;South Dakota;Tennessee;Texas;Utah;Vermont;Virginia;West Virginia;Wisconsin;Wyoming;Ontario;British Columbia;
Alberta;Manitoba;Saskatchewan;Nova Scotia;New Brunswick;Newfoundland;Yukon;New South Wales;Queensland;Tasmania;Bavaria;
Bayern;Saxony;Sachsen;Hessen;Thuringia;Baden-Württemberg;Brandenburg;Tyrol;Catalonia;Andalusia;Andalucía;Galicia;Normandy;
Brittany;Provence;Burgundy;Alsace;Tuscany;Lombardy;Sicily;Sardinia;Umbria;Veneto;Flanders;Wallonia;Zeeland;Friesland;Yorkshire;
Kent;Essex;Surrey;Sussex;Devon;Cornwall;Dorset;Norfolk;Suffolk;Lancashire;Cheshire;Cumbria;Hampshire;Wiltshire;Somerset;
Hertfordshire;Northumberland;Midlands;Highlands;Munster;Ulster;Leinster;Siberia;Crimea;Donbas;Chechnya;Kurdistan;Kashmir;
Punjab;Maharashtra;Gujarat;Rajasthan;Karnataka;Kerala;Tamil Nadu;Andhra Pradesh;Telangana;West Bengal;Uttar Pradesh;Bihar;
Odisha;Assam;Haryana;Sindh;Balochistan;Hokkaido;Kyushu;Okinawa;Honshu;Guangdong;Sichuan;Hunan;Hubei;Henan;Hebei;Shandong;
Jiangsu;Zhejiang;Fujian;Yunnan;Tibet;Xinjiang;Inner Mongolia;Java;Sumatra;Borneo;Mindanao;Luzon;Europe;Asia;Africa;
North America;South America;Latin America;Central America;Antarctica;Oceania;Middle East;Southeast Asia;East Asia;West Africa;
East Africa;Sub-Saharan Africa;Eastern Europe;Western Europe;Scandinavia;Balkans;Caribbean;Caucasus;Balkan Peninsula;
Mount Everest;Himalayas;Alps;Andes;Rocky Mountains;Sahara;Amazon River;Nile;Danube;Rhine;Thames;Mississippi River;Hudson River;
Lake Michigan;Lake Geneva;Pacific Ocean;Atlantic Ocean;Indian Ocean;Mediterranean Sea;Black Sea;Baltic Sea;North Sea;Red Sea;
Persian Gulf;Gulf of Mexico;Bay Area;Silicon Valley;Wall Street;Times Square;Central Park;Hyde Park;Heathrow;Gatwick;JFK;LAX;
Bahia;Minas Gerais;Paraná;Santa Catarina;Pernambuco;Ceará;Jalisco;Nuevo León;Yucatán;Chiapas;Sonora;Chihuahua;Antioquia;
Patagonia;Île-de-France;Auvergne;Occitanie;Lazio;Piemonte;Piedmont;Campania;Puglia;Calabria;Mazowieckie;Silesia;Pomerania;
Transylvania;Moravia;Bohemia;Anatolia;Cappadocia;Golan Heights;West Bank;Gaza Strip;Darfur;Tigray;Gauteng;KwaZulu-Natal"""

COMPANY_STEMS = """Acme Globex Initech Umbrella Vandelay Hooli Stark Wayne Apex Vertex Summit Pinnacle Horizon Pacific Atlantic
Northern Southern Eastern Western Global United National General Standard Premier Delta Omega Alpha Sigma Nova Quantum Fusion
Vector Matrix Orion Phoenix Titan Atlas Zenith Nexus Vista Aurora Meridian Catalyst Keystone Cornerstone Bluewater Redwood
Oakwood Silverline Goldman Ironbridge Riverside Lakeside Brightstar Starlight Sunrise Evergreen Greenfield Blackrock Whitestone
Rapid Swift Agile Bright Clear Prime First Capital Liberty Patriot Heritage Legacy Pioneer Frontier Trident Neptune Apollo Helios
Solaris Terra Aqua Luna Stellar Cosmic Cyber Digital Techno Info Data Cloud Net Soft Micro Bio Gene Pharma Medi Health Care Agro
Petro Aero Auto Electro Hydro Enviro Inter Trans Pan Euro Asia Ameri""".split()

COMPANIES = """Google;Microsoft;Apple;Amazon;Facebook;Meta;Twitter;Netflix;Tesla;IBM;Intel;Oracle;Cisco;Samsung;Sony;Toyota;Honda;
Nissan;BMW;Mercedes-Benz;Volkswagen;Audi;Porsche;Siemens;Bosch;SAP;BASF;Bayer;Allianz;Deutsche Bank;Commerzbank;Lufthansa;
Adidas;Puma;Nike;Coca-Cola;Pepsi;PepsiCo;McDonald's;Starbucks;Walmart;Target;Costco;Home Depot;IKEA;H&M;Zara;Nestlé;Unilever;
Procter & Gamble;Johnson & Johnson;Pfizer;Moderna;AstraZeneca;Novartis;Roche;GlaxoSmithKline;Merck;General Electric;
General Motors;Ford Motor Company;Boeing;Airbus;Lockheed Martin;ExxonMobil;Chevron;Shell;BP;Total;Gazprom;Saudi Aramco;
JPMorgan Chase;Goldman Sachs;Morgan Stanley;Bank of America;Wells Fargo;Citigroup;HSBC;Barclays;Lloyds;UBS;Credit Suisse;
BNP Paribas;Société Générale;ING;Santander;BBVA;UniCredit;Visa;Mastercard;American Express;PayPal;Stripe;Square;Revolut;
Airbnb;Uber;Lyft;Spotify;LinkedIn;Snapchat;Pinterest;Dropbox;Salesforce;Adobe;Nvidia;AMD;Qualcomm;Dell;HP;Lenovo;Huawei;
Xiaomi;Alibaba;Tencent;Baidu;ByteDance;Foxconn;TSMC;Hitachi;Panasonic;Toshiba;Fujitsu;Mitsubishi;SoftBank;Nintendo;
Hyundai;Kia;LG;Tata;Infosys;Wipro;Reliance Industries;Vodafone;Verizon;AT&T;T-Mobile;Comcast;Disney;Warner Bros.;
Universal Studios;Paramount;CNN;BBC;NBC;CBS;ABC;Fox News;Reuters;Bloomberg;Associated Press;New York Times;Washington Post;
The Guardian;Financial Times;Wall Street Journal;Der Spiegel;Le Monde;El País;Al Jazeera;FedEx;UPS;DHL;Maersk;Delta Air Lines;
United Airlines;American Airlines;British Airways;Air France;KLM;Emirates;Qatar Airways;Ryanair;EasyJet;Marriott;Hilton;
Hyatt;Harvard University;Stanford University;MIT;Yale University;Princeton University;Oxford University;Cambridge University;
University of California;Columbia University;Cornell University;Imperial College London;ETH Zurich;Sorbonne University;
University of Tokyo;Tsinghua University;Peking University;United Nations;UN;UNICEF;UNESCO;WHO;World Health Organization;
World Bank;International Monetary Fund;IMF;European Union;EU;European Commission;NATO;OPEC;ASEAN;African Union;Red Cross;
Greenpeace;Amnesty International;Human Rights Watch;Oxfam;FBI;CIA;NSA;NASA;FDA;EPA;IRS;SEC;FTC;FCC;CDC;NHS;Interpol;Europol;
Department of Justice;Department of Defense;Ministry of Foreign Affairs;Federal Reserve;European Central Bank;Bank of England;
Supreme Court;House of Commons;Congress;Senate;Labour Party;Conservative Party;Democratic Party;Republican Party;Hamas;
Hezbollah;Taliban;Al-Qaeda;ISIS;Real Madrid;FC Barcelona;Manchester United;Manchester City;Liverpool FC;Chelsea;Arsenal;
Tottenham Hotspur;Juventus;AC Milan;Inter Milan;Bayern Munich;Borussia Dortmund;Paris Saint-Germain;Ajax;Celtic;Rangers;
Los Angeles Lakers;Chicago Bulls;Boston Celtics;New York Yankees;Boston Red Sox;Dallas Cowboys;Green Bay Packers;
New England Patriots;Toronto Maple Leafs;FIFA;UEFA;NBA;NFL;MLB;NHL;IOC;YouTube;Instagram;OpenAI;Anthropic;DeepMind;Hugging Face;
GitHub;Red Hat;Mozilla;Wikimedia Foundation;Amazon Web Services;Deloitte;KPMG;PwC;Ernst & Young;McKinsey;Accenture;
Boston Consulting Group;The Beatles;Rolling Stones;Pink Floyd;Metallica;Coldplay;Radiohead;Nirvana;Blue Cross;Aetna;Cigna;
UnitedHealthcare;Kaiser Permanente;Mayo Clinic;Cleveland Clinic;Johns Hopkins Hospital;Walgreens;CVS;Tesco;Sainsbury's;Aldi;Lidl;
Carrefour;Auchan;Peugeot;Renault;Michelin;L'Oréal;LVMH;Danone;Fiat;Ferrari;Eni;Enel;Telefónica;Repsol;Iberdrola;Petrobras;Vale;
Itaú;Embraer;Cemex;Pemex;Philips;Heineken;Ericsson;Volvo;Nokia;Spotify;Novo Nordisk;Carlsberg;Lego;Equinor;Orlen;PKO Bank Polski"""

COMPANY_SUFFIXES = """Inc Inc. Incorporated LLC Ltd Ltd. Limited Corp Corp. Corporation Co. Company PLC plc GmbH AG KG SE e.V. SA S.A. SARL
SAS NV N.V. BV B.V. AB AS A/S Oy Oyj SpA S.p.A. Srl S.r.l. Sp. Pty Pte Pvt LLP LP Holdings Group Partners Associates
Ventures Capital Industries Enterprises Solutions Systems Technologies Technology Services Consulting Labs Laboratories
Software Networks Pharmaceuticals Therapeutics Energy Logistics Airlines Airways Motors Foods Media Entertainment
Studios Records Publishing Press Bank Insurance Trust Fund""".split()
COMPANY_WORDS = """University College Institute School Academy Hospital Clinic Church Museum Library Council Committee Commission
Agency Association Society Foundation Federation Union League Club Department Ministry Bureau Authority Board Court
Parliament Congress Senate Party Army Navy Police Orchestra Band Team Newspaper Times Post Herald Tribune Gazette Chronicle
Universität Hochschule Krankenhaus Verein Stiftung Universidad Hospital Banco Universidade Faculdade Université École Hôpital
Banque Société Università Ospedale Banca Uniwersytet Szpital Stadtwerke Sparkasse Volksbank""".split()

STREET_WORDS = """Street St Avenue Ave Road Rd Boulevard Blvd Drive Dr Lane Ln Court Ct Place Pl Square Sq Terrace Ter Way Parkway
Pkwy Highway Hwy Circle Cir Trail Trl Crescent Cres Close Grove Gardens Mews Row Walk Alley Plaza Pike Turnpike Loop Ridge Heights
Expressway Freeway Apt Apartment Suite Ste Unit Floor Fl Room Rm Building Bldg Box Tower Block House Flat
Straße Strasse straße strasse Str str Weg Platz Allee Gasse Ring Damm Ufer Hof Chaussee Postfach
rue Rue avenue boulevard place allée Allée impasse Impasse chemin Chemin route Route quai Quai cours Cours passage
Calle calle Avenida avenida Av Avda Plaza plaza Paseo paseo Carrer carrer Carretera carretera Camino camino Ronda Travesía
Callejón Calzada Colonia Col Piso piso Puerta
Rua rua Travessa travessa Alameda alameda Praça praça Largo largo Estrada estrada Rodovia rodovia Avenida Bloco Apto apto Quadra
Via via Viale viale Corso corso Piazza piazza Piazzale piazzale Vicolo vicolo Largo Strada strada Lungomare Contrada
straat Straat laan Laan weg plein Plein gracht Gracht kade singel Singel dijk Postbus
ulica Ulica ul aleja Aleja al plac Plac pl osiedle Osiedle os
Ulice náměstí třída gatan vägen väg gata vej gade veien katu tie utca út tér Sokak Sokağı Caddesi Cadde Mahallesi Mah Bulvarı Cad Sok
Nagar Marg Chowk Bagh Vihar Colony Sector Phase Layout Enclave Gali Salai
Cho chome Chome Ku ku Machi Shi Dori Jie Lu Dadao Xiang Nong Hao Lou Shi Qu улица ул проспект пр переулок площадь дом кв οδός""".split()

TITLES = """Mr Mrs Ms Miss Mx Dr Prof Professor Doctor Sir Madam Lord Lady Dame Rev Reverend Fr Father Sister Brother Captain Capt
Colonel Col Major Maj General Gen Lieutenant Lt Sergeant Sgt Officer Detective Inspector Judge Justice President Senator Sen
Congressman Congresswoman Representative Rep Governor Gov Mayor Minister Chancellor Secretary Ambassador King Queen Prince
Princess Duke Duchess Emperor Pope Bishop Archbishop Cardinal Rabbi Imam Sheikh Coach CEO CFO CTO Chairman Director Manager
Attorney Nurse Uncle Aunt Auntie Grandpa Grandma Herr Frau Hr Fr Monsieur Madame Mme Mlle Señor Señora Sr Sra Srta Don Doña
Senhor Senhora Dona Signor Signora Signore Dott Dottore Ing Avv Pan Pani Mijnheer Mevrouw Dhr Mevr Shri Smt Kumari Haji Mister""".split()

OTHER = """January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sep
Sept Oct Nov Dec Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Wed Thu Fri Sat Sun Januar Februar März Mai
Juni Juli Oktober Dezember Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag janvier février mars avril juin juillet août
lundi mardi enero febrero marzo abril mayo junio julio agosto lunes martes Christmas Easter Halloween Thanksgiving Ramadan
English French German Spanish Italian Portuguese Dutch Russian Chinese Japanese Korean Arabic Hindi Turkish Polish Swedish Greek
Latin Hebrew American British European African Asian Canadian Mexican Indian Australian Irish Scottish Welsh Swiss Austrian
Brazilian Argentine Iranian Iraqi Israeli Palestinian Egyptian Nigerian Kenyan Vietnamese Thai Indonesian Filipino Pakistani
Christian Muslim Jewish Catholic Protestant Buddhist Hindu Islamic Republican Democrat Democratic Communist Nazi Roman
Python Java JavaScript TypeScript Rust Golang Ruby Perl Kotlin Swift Scala Haskell Linux Windows Ubuntu Debian Fedora Android iOS
macOS Unix Docker Kubernetes Redis Postgres PostgreSQL MySQL SQLite MongoDB Kafka Spark Hadoop Jenkins Ansible Terraform Git
React Angular Vue Django Flask Node Express Spring Excel Word PowerPoint Outlook Gmail Slack Zoom Teams Jira Confluence Chrome
Firefox Safari API REST HTTP HTTPS JSON XML HTML CSS SQL CSV PDF URL URI TCP UDP SSH SSL TLS DNS VPN GPU CPU RAM SSD USB Wi-Fi WiFi
Bluetooth GPS LLM GPT ChatGPT AI ML NLP OCR SDK IDE CLI GUI Base64 Unicode ASCII UTF Bitcoin Ethereum PlayStation Xbox iPhone iPad
Kindle Alexa Siri Photoshop Step Chapter Section Figure Table Appendix Part Volume Page Question Answer Q A Note Warning Error Info
Debug Example Input Output Title Subject Summary Introduction Conclusion Abstract Background Results Discussion References Context
Passage Sentence Article Paragraph Option Choices Instructions Task Goal Review Premise Hypothesis Positive Negative True False Yes
No None Null NULL TODO README FAQ PM AM EST PST GMT UTC CET USD EUR GBP JPY COVID COVID-19 DNA RNA HIV AIDS MRI PhD MD MBA BSc MSc
CV ID PIN SSN DOB ASAP FYI RSVP TBD ETA KPI ROI B2B SaaS Dear Hi Hello Hey Regards Sincerely Thanks Thank Cheers Best Kind Yours
God Jesus Bible Quran Internet Web Earth Moon Sun Mars Venus Jupiter Saturn Mercury Newton Kelvin Celsius Fahrenheit Olympics
World War Cup Prize Award Act Bill Constitution Amendment""".split()

TRIGGERS = """name named called mr mrs from in near at to by with contact attn dear hi hello hey sincerely regards cheers love signed
author customer client patient employee user recipient sender owner manager supervisor teacher student lives live living based
located born city town state country address street employer company organization organisation works working work visited
visiting travel flying flight moved moving nombre nom nome naam imię vorname nachname wohnt vive habite firma empresa société
ciudad ville stadt cidade città miasto""".split()

STOP = """the a an and or but if then else when while of for on off as is are was were be been being am do does did done have has
had having will would shall should can could may might must not no yes it its i me my mine we us our you your yours he him his she
her hers they them their this that these those there here what which who whom whose why how where all any both each few more most
other some such only own same so than too very just also about above after again against before below between during further into
through under until up down out over once because however therefore although though please let lets get got give make made see
look know think want need like good great new first last next many much every well now today tomorrow yesterday always never
often sometimes perhaps maybe indeed instead meanwhile moreover otherwise according given since ok okay thanks thank sorry sure""".split()
