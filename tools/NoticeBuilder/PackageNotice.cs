using System.Text;
using System.Xml.Linq;

namespace CloudBackup.NoticeBuilder;

/// <summary>What a package says of its authors and its licence.</summary>
/// <param name="Id">The package's name.</param>
/// <param name="Header">Name, version, authors, copyright and address, a line each.</param>
/// <param name="License">The text of its licence, and its own notices.</param>
internal sealed record PackageNotice(string Id, string Header, string License)
{
    private static readonly string[] LicenseFiles = ["LICENSE", "LICENSE.txt", "LICENSE.md"];
    private static readonly string[] NoticeFiles = ["NOTICE", "NOTICE.txt", "THIRD-PARTY-NOTICES.TXT", "ThirdPartyNotices.txt"];

    /// <summary>Reads an unpacked package.</summary>
    /// <exception cref="InvalidDataException">It names no licence, or one whose text is unknown.</exception>
    public static PackageNotice Read(string folder)
    {
        var nuspec = Directory.EnumerateFiles(folder, "*.nuspec").SingleOrDefault() ?? throw new InvalidDataException($"'{folder}' is not a package.");
        var facts = XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata").Elements()
            .ToLookup(element => element.Name.LocalName, element => element.Value.Trim());
        string Fact(string name) => facts[name].FirstOrDefault() ?? "";
        var id = Fact("id");
        var license = Fact("license");
        if (license.Length == 0)
        {
            throw new InvalidDataException($"The package {id} names no licence.");
        }
        var header = new StringBuilder();
        foreach (var (title, value) in new[]
        {
            ("Package", $"{id} {Fact("version")}"), ("Authors", Fact("authors")), ("Copyright", Fact("copyright")), ("Address", Fact("projectUrl")), ("Licence", license),
        })
        {
            if (value.Length > 0)
            {
                header.Append(title).Append(": ").Append(value).Append('\n');
            }
        }
        return new PackageNotice(id, header.ToString(), string.Join('\n', [LicenseOf(folder, id, license), .. Texts(folder, NoticeFiles)]));
    }

    /// <summary>The licence file of the package, else the text of the licence that it names.</summary>
    private static string LicenseOf(string folder, string id, string license)
    {
        var known = Path.Join(AppContext.BaseDirectory, "licenses", license + ".txt");
        return Texts(folder, [license, .. LicenseFiles]).FirstOrDefault()
            ?? (File.Exists(known) ? Tidy(known) : throw new InvalidDataException($"The text of the licence {license} of the package {id} is missing: add it to tools/NoticeBuilder/licenses."));
    }

    private static IEnumerable<string> Texts(string folder, IEnumerable<string> names) =>
        names.Select(name => Path.Join(folder, name)).Where(File.Exists).Select(Tidy);

    private static string Tidy(string path) => File.ReadAllText(path).ReplaceLineEndings("\n").Trim('\n').TrimEnd() + "\n";
}
