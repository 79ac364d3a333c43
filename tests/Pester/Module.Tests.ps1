Describe 'The module' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $manifest = Find-Manifest
        $exported = (Import-PowerShellDataFile $manifest).CmdletsToExport

        # Runs a script in a session of its own; its errors are the test's.
        function Invoke-InNewSession([scriptblock] $Script, [object[]] $Arguments) {
            $shell = [powershell]::Create([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
            try {
                $null = $shell.AddScript("param(`$manifest, `$arguments) `$ErrorActionPreference = 'Stop'; $Script")
                $shell.AddArgument($manifest).AddArgument($Arguments).Invoke()
            }
            finally {
                $shell.Dispose()
            }
        }
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'has a manifest that PowerShell accepts' {
        $module = Test-ModuleManifest $manifest
        $module.Name | Should -Be CloudBackup
        $module.Guid | Should -Be 6c1f3c52-7d3b-4b0e-9a51-2f1c0c7f5b11
        $module.PowerShellVersion | Should -Be ([version] '7.6')
        $module.CompatiblePSEditions | Should -Be Core
        Split-Path (Split-Path $manifest) -Leaf | Should -Be $module.Version
    }

    It 'exports exactly its cmdlets' {
        $exported | Should -Not -Contain '*'
        $module = Get-Module CloudBackup
        $module.ExportedCommands.Keys | Sort-Object | Should -Be ($exported | Sort-Object)
        $module.ExportedFunctions.Count + $module.ExportedAliases.Count + $module.ExportedVariables.Count | Should -Be 0
    }

    It 'is imported again with -Force, and all its cmdlets are there and work' {
        $names = Invoke-InNewSession {
            Import-Module $manifest
            Import-Module $manifest -Force
            $null = New-BackupAddon sqlite data/notes.db
            (Get-Command -Module CloudBackup).Name
        }
        $names | Sort-Object | Should -Be ($exported | Sort-Object)
    }

    It 'is gone when it is removed, and comes back' {
        Invoke-InNewSession {
            Import-Module $manifest
            Remove-Module CloudBackup
            [bool] (Get-Command Get-BackupSite -ErrorAction Ignore)
            Import-Module $manifest
            [bool] (Get-Command Get-BackupSite -ErrorAction Ignore)
        } | Should -Be $false, $true
    }

    It 'is imported in a second session of the same process, and shares its types' {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
        Invoke-InNewSession { Import-Module $manifest; $arguments[0] -is [CloudBackup.AppBackup] } -Arguments $backup | Should -BeTrue
    }

    It 'has types that are known by name' {
        [CloudBackup.BackupSite], [CloudBackup.BackupApp], [CloudBackup.BackupAddon], [CloudBackup.AppBackup], [CloudBackup.BackupTestResult],
        [CloudBackup.SiteTestResult], [CloudBackup.BackupState], [CloudBackup.BackupException] | Should -Not -BeNullOrEmpty
    }

    It 'completes names on Tab' {
        $root = New-TestApp
        $line = 'New-AppBackup wi'
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Be wiki.example.com
    }

    It 'works beside another module that has loaded another version of a library of ours' {
        $null = New-Item -ItemType Directory "$TestDrive/other"
        $script = {
            param($manifest, $folder)
            $ErrorActionPreference = 'Stop'
            foreach ($name in 'Microsoft.Data.Sqlite', 'Polly.Core') {
                Add-Type -TypeDefinition "public class Other$($name.Replace('.', '')) { }" -OutputAssembly "$folder/$name.dll"
                $null = [System.Reflection.Assembly]::LoadFrom("$folder/$name.dll")
            }
            Import-Module $manifest
            $null = New-Item -ItemType Directory "$folder/data", "$folder/site"
            Set-Content "$folder/data/file" content
            $null = New-BackupSite local filesystem -Path "$folder/site" -ExternalDisk -PlatformHome "$folder/home"
            $null = Register-BackupApp wiki -Version 1 -DataDirectory "$folder/data" -PlatformHome "$folder/home"
            New-AppBackup wiki -PlatformHome "$folder/home" | Test-AppBackup -Quiet -PlatformHome "$folder/home"
        }
        Invoke-Pwsh -NoProfile -NonInteractive -Command $script -args $manifest, "$TestDrive/other" | Should -Be $true
        $LASTEXITCODE | Should -Be 0
    }
}
