using System.Text;
using System.Xml;
using System.Xml.Linq;
using CloudBackup.HelpBuilder.Cmdlets;
using CloudBackup.HelpBuilder.Pages;

namespace CloudBackup.HelpBuilder.Output;

/// <summary>The help file of all cmdlets.</summary>
internal static class MamlFile
{
    private static readonly XNamespace Root = "http://msh";

    /// <summary>Writes the file.</summary>
    public static void Write(string path, PageLibrary library, IEnumerable<CmdletFacts> cmdlets)
    {
        var items = cmdlets.Select(cmdlet => new MamlCommand(cmdlet, library.PageOf(cmdlet.Name)!, library).ToXml());
        var document = new XDocument(new XElement(Root + "helpItems", new XAttribute("schema", "maml"), items));
        var settings = new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n", NewLineHandling = NewLineHandling.None };
        using var writer = XmlWriter.Create(path, settings);
        document.Save(writer);
    }
}
