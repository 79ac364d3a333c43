using System.Reflection;

namespace CloudBackup.Host;

/// <summary>The entry point of <c>cloudbackup</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Options options;
        try
        {
            options = Options.Parse(arguments);
        }
        catch (OptionsException failure)
        {
            Console.Error.WriteLine(failure.Message);
            Console.Error.WriteLine(Options.Usage);
            return ExitCode.Usage;
        }
        switch (options.Action)
        {
            case HostAction.ShowHelp:
                Console.Out.WriteLine(Options.Usage);
                return ExitCode.Success;
            case HostAction.ShowVersion:
                Console.Out.WriteLine($"cloudbackup {typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                    .InformationalVersion.Split('+')[0]}");
                return ExitCode.Success;
            default:
                return Session.Run(options);
        }
    }
}
